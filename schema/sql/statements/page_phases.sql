-- Each phase of one campaign, or of all (:'campaign' = ''), with its roll-up, its gate's policy and the
-- gate's newest decision.
SELECT c.name AS campaign, c.version, c.title_en, c.title_zh, c.contact_en, c.contact_zh, c.zone,
       encode(c.digest, 'hex') AS digest,
       r.phase, r.ordinal, r.ended, rootshift.as_of() >= r.starts AND NOT r.ended AS running, r.verdict,
       r.partners, r.partners_ready, r.partners_not_ready, r.partners_unknown,
       r.hosts_expected, r.hosts_seen, r.hosts_covered, r.hosts_ready, r.hosts_not_ready, r.hosts_unknown, r.waived,
       p.note_en, p.note_zh, p.serves, p.cohorts, p.source, p.advised_source,
       extract(epoch FROM p.starts)::bigint AS starts_s, extract(epoch FROM p.ends)::bigint AS ends_s,
       rootshift.local_text(p.starts, c.zone) AS starts, rootshift.iso_text(p.starts) AS starts_iso,
       rootshift.local_text(p.ends, c.zone) AS ends, rootshift.iso_text(p.ends) AS ends_iso,
       rootshift.local_text(p.advised_by, c.zone) AS advised_by, rootshift.iso_text(p.advised_by) AS advised_by_iso,
       rootshift.local_text(p.ready_by, c.zone) AS ready_by, rootshift.iso_text(p.ready_by) AS ready_by_iso,
       rootshift.days_until(p.ready_by, c.zone) AS ready_by_days,
       p.gate_min_evidence, p.gate_weigh_by, extract(epoch FROM p.gate_evidence_max_age)::bigint AS gate_evidence_max_age_s,
       d.number AS decision, d.verdict AS decision_verdict,
       rootshift.local_text(d.as_of, c.zone) AS decision_as_of, rootshift.iso_text(d.as_of) AS decision_as_of_iso
FROM rootshift.campaign_current c
JOIN rootshift.readiness_phase r ON r.campaign = c.name
JOIN rootshift.phase_current p ON p.campaign = r.campaign AND p.name = r.phase
LEFT JOIN LATERAL (SELECT * FROM rootshift.decision d
                   WHERE d.campaign = c.name AND d.phase = r.phase AND d.as_of <= rootshift.as_of()
                   ORDER BY d.number DESC LIMIT 1) d ON true
WHERE :'campaign' IN ('', c.name)
ORDER BY c.name, r.ordinal
