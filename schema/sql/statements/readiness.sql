-- Every partner in every phase of a campaign, or in one phase ('' is all).
SELECT p.version, p.phase, p.starts, p.ready_by, p.source, p.ended, p.verdict AS phase_verdict,
       r.partner, r.verdict, array_to_json(r.reasons) AS reasons, r.hosts_expected, r.hosts_seen, r.hosts_covered, r.hosts_ready,
       r.hosts_not_ready, r.hosts_unknown, r.ready_low, r.ready_high, r.coverage_low, r.coverage_high, r.waived,
       extract(epoch FROM p.starts)::bigint AS starts_at, extract(epoch FROM p.ready_by)::bigint AS ready_by_at,
       extract(epoch FROM rootshift.as_of())::bigint AS as_of,
       (SELECT zone FROM rootshift.campaign_current c WHERE c.name = p.campaign) AS zone
FROM rootshift.readiness_phase p
LEFT JOIN rootshift.readiness_partner r ON r.campaign = p.campaign AND r.phase = p.phase
WHERE p.campaign = :'campaign' AND (:'phase' = '' OR p.phase = :'phase')
ORDER BY p.ordinal, r.partner COLLATE "C"
