-- The clients of one partner's hosts, a row a client and phase, with the fix that the host worked out.
SELECT encode(r.enrolment, 'hex') AS enrolment, r.client, r.runtime, r.runtime_version, r.executable, r.model, r.relevance,
       r.unclaimed, r.restart_needed, r.assumes_default_store, r.phase, r.verdict, r.reason, r.evidence, r.chain,
       coalesce((SELECT array_agg(coalesce(nullif(s.path, ''), s.id) ORDER BY w.place)
                 FROM unnest(r.stores) WITH ORDINALITY w (id, place)
                 LEFT JOIN rootshift.host_store s ON s.enrolment = r.enrolment AND s.id = w.id), '{}') AS stores,
       coalesce(k.fix, '{}') AS fix
FROM rootshift.readiness_client r
JOIN rootshift.phase_current p ON p.campaign = r.campaign AND p.name = r.phase
LEFT JOIN rootshift.host_claim k ON k.enrolment = r.enrolment AND k.client = r.client AND k.campaign = r.campaign
     AND k.phase = r.phase
WHERE r.campaign = :'campaign' AND r.partner = :'partner'
ORDER BY r.enrolment, array_position(ARRAY['talks', 'may', 'excluded'], r.relevance), r.runtime, r.client, p.ordinal
