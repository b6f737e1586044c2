-- All that the gate looks at, as one document: it is what gets decided on, signed and kept.
SELECT p.version, jsonb_pretty(jsonb_build_object(
    'v', 3,
    'campaign', p.campaign, 'version', p.version, 'campaign_digest', encode(c.digest, 'hex'), 'phase', p.name,
    'as_of', extract(epoch FROM rootshift.as_of())::bigint, 'ready_by', extract(epoch FROM p.ready_by)::bigint,
    'ended', p.ended,
    'engine', (SELECT engine FROM rootshift.judged_by), 'catalogue', (SELECT catalogue FROM rootshift.judged_by),
    'policy', jsonb_build_object(
        'ready', p.gate_ready, 'coverage', p.gate_coverage, 'ready_of_expected', p.gate_ready_of_expected,
        'waived_max', p.gate_waived_max, 'min_evidence', p.gate_min_evidence, 'weigh_by', p.gate_weigh_by,
        'critical_ready', p.gate_critical_ready, 'evidence_max_age_s', extract(epoch FROM p.gate_evidence_max_age)::bigint),
    'partners', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'id', r.partner, 'critical', r.critical, 'traffic', r.traffic_share, 'verdict', r.verdict,
                     'reasons', r.reasons, 'expected', r.hosts_expected, 'seen', r.hosts_seen, 'covered', r.hosts_covered,
                     'ready', r.hosts_ready, 'not_ready', r.hosts_not_ready, 'unknown', r.hosts_unknown,
                     'waived', r.waived, 'evidence', r.weakest_evidence) ORDER BY r.partner COLLATE "C"), '[]')
                 FROM rootshift.readiness_partner r WHERE r.campaign = p.campaign AND r.phase = p.name),
    'health', (SELECT jsonb_build_object(
                   'partitions', h.partitions, 'partitions_behind', h.partitions_behind,
                   'lag_age_s', round(h.lag_age_s)::bigint, 'records', h.records,
                   -- An unreadable record matters as long as what it hides would: for the age of evidence that counts.
                   'hosts_heard', (SELECT count(*) FROM rootshift.host t WHERE t.received_at > rootshift.as_of() - p.gate_evidence_max_age),
                   -- What a scanner sent hides no host: its piece of work then has no answer, and the scan grows old.
                   'dead_letters', (SELECT count(*) FROM rootshift.dead_letter d
                                    WHERE d.received_at > rootshift.as_of() - p.gate_evidence_max_age
                                      AND d.topic NOT IN ('rootshift.scan.results', 'rootshift.certificates')),
                   'quarantined', h.quarantined, 'gaps_open', h.gaps_open,
                   'scans', s.scans, 'scan_age_s', round(s.scan_age_s)::bigint, 'endpoints_unscanned', s.endpoints_unscanned)
               FROM rootshift.pipeline_health h, rootshift.scan_health s WHERE s.campaign = p.campaign),
    'offsets', (SELECT coalesce(jsonb_agg(jsonb_build_array(o.topic, o.partition, o.next_offset) ORDER BY o.topic, o.partition), '[]')
                FROM rootshift.ingest_offset o))) AS input
FROM rootshift.phase_current p
JOIN rootshift.campaign_current c ON c.name = p.campaign
WHERE p.campaign = :'campaign' AND p.name = :'phase'
