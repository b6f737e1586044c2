-- What stands between each partner and each phase that is not over: clients that are not ready, or ready only by a
-- cross-certificate where no phase says so otherwise, hosts without any, and partners of whom nothing or not enough is
-- known. '' as partner is all.
WITH wanted AS (
    SELECT r.campaign, r.version, r.phase, r.ordinal, r.partner, r.partner_name, r.language, r.verdict, r.reasons,
           r.hosts_expected, r.hosts_seen, a.contact, p.starts, p.ready_by
    FROM rootshift.readiness_partner r
    JOIN rootshift.partner a ON a.id = r.partner
    JOIN rootshift.phase_current p ON p.campaign = r.campaign AND p.name = r.phase
    WHERE r.campaign = :'campaign' AND NOT r.ended AND (:'partner' = '' OR r.partner = :'partner')
), items AS (
    SELECT c.phase, c.partner, c.enrolment, c.host, c.client, c.runtime, c.executable, c.verdict, c.reason, c.chain,
           c.relevance, c.model, c.valid_until
    FROM rootshift.readiness_client c
    WHERE c.campaign = :'campaign' AND c.environment = 'production' AND c.relevance <> 'excluded'
      AND (c.verdict <> 'ready' OR c.reason = 'cross-hides-gap' AND NOT EXISTS (
           SELECT FROM rootshift.readiness_client n
           JOIN rootshift.phase_current p ON p.campaign = n.campaign AND p.name = n.phase AND NOT p.ended
           WHERE n.campaign = c.campaign AND n.enrolment = c.enrolment AND n.client = c.client AND n.verdict = 'not_ready'))
    UNION ALL
    SELECT h.phase, h.partner, h.enrolment, h.host, '', '', '', h.verdict, x.reason, NULL, 'talks', '', NULL
    FROM rootshift.readiness_host h, unnest(h.reasons) AS x (reason)
    WHERE h.campaign = :'campaign' AND h.environment = 'production' AND h.seen
      AND x.reason IN ('bound-to-fallback', 'no-client', 'never-reported')
    UNION ALL
    SELECT w.phase, w.partner, ''::bytea, '', '', '', '', 'unknown', x.reason, NULL, 'talks', '', NULL
    FROM wanted w, unnest(w.reasons) AS x (reason)
    WHERE x.reason IN ('hosts-missing', 'expected-unknown') OR (x.reason = 'never-reported' AND w.hosts_seen = 0)
)
SELECT w.version, w.partner, w.partner_name, w.language, w.contact, w.phase, extract(epoch FROM w.starts)::bigint AS starts_at,
       extract(epoch FROM w.ready_by)::bigint AS ready_by_at,
       i.host, i.client, i.runtime, i.executable, i.verdict, i.reason, coalesce(i.chain, '') AS chain, i.relevance, i.model,
       extract(epoch FROM coalesce(i.valid_until, greatest(w.starts, rootshift.as_of())))::bigint AS failing_at,
       coalesce(c.settings[1], '') AS setting, coalesce(c.processes[1]::text, '') AS process,
       (SELECT coalesce(json_agg(json_build_object('path', s.path, 'format', s.format) ORDER BY s.path), '[]')
        FROM rootshift.host_store s WHERE s.enrolment = i.enrolment AND s.id = ANY (c.stores)) AS stores,
       coalesce(to_json(k.fix), '[]') AS fix,
       concat_ws('|', w.phase, encode(i.enrolment, 'hex'), i.client, i.reason) AS key,
       NOT coalesce(concat_ws('|', w.phase, encode(i.enrolment, 'hex'), i.client, i.reason) = ANY (x.items), false) AS is_new
FROM wanted w
JOIN items i ON i.phase = w.phase AND i.partner = w.partner
LEFT JOIN rootshift.host_client c ON c.enrolment = i.enrolment AND c.id = i.client
LEFT JOIN rootshift.host_claim k ON k.enrolment = i.enrolment AND k.client = i.client AND k.client <> '' AND k.campaign = w.campaign AND k.phase = w.phase
LEFT JOIN LATERAL (SELECT e.items FROM rootshift.outreach_export e
                   WHERE e.campaign = w.campaign AND e.partner = w.partner
                   ORDER BY e.exported_at DESC LIMIT 1) x ON true
ORDER BY w.partner COLLATE "C", i.host COLLATE "C", i.client COLLATE "C", w.ordinal, i.reason COLLATE "C"
