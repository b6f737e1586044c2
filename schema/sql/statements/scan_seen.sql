-- What the endpoints of a campaign served when they were last scanned: places (name, address, port, hello) that are
-- alike are one row, with how many they are and the first of them by name. `chain_before` are the campaign's other
-- chains that these places showed earlier. An endpoint that no scan has an answer of is a row without places.
WITH seen AS (
    SELECT e.campaign, e.version, e.endpoint, e.scan, e.started_at AS scan_started_at, r.name, r.address, r.port, r.hello, r.stage,
           r.class, r.seq, r.chain IS NOT NULL AS shown, s.chain IS NOT NULL AS named, s.name AS chain,
           ARRAY(SELECT DISTINCT n.name
                 FROM rootshift.address_chain a
                 JOIN rootshift.served_as n ON n.chain = a.chain AND n.campaign = e.campaign AND n.version = e.version
                 WHERE a.name = r.name AND a.address = r.address AND a.port = r.port AND a.hello = r.hello
                   AND a.first_seen < r.started_at AND n.name <> s.name
                 ORDER BY 1) AS chain_before
    FROM rootshift.endpoint_scanned e
    LEFT JOIN rootshift.scan_target t ON t.scan = e.scan AND t.endpoint = e.endpoint
    LEFT JOIN rootshift.scan_result r ON r.scan = t.scan AND r.seq = t.seq AND r.hello = t.hello
    LEFT JOIN rootshift.served_as s ON s.chain = r.chain AND s.campaign = e.campaign AND s.version = e.version
    WHERE e.campaign = :'campaign'
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY endpoint, stage, class, shown, named, chain, chain_before
                                 ORDER BY name, address, port, hello, seq) AS number
    FROM seen
)
SELECT n.endpoint, n.scan, rootshift.local_text(n.scan_started_at, c.zone) AS started_at,
       rootshift.iso_text(n.scan_started_at) AS started_at_iso,
       extract(epoch FROM rootshift.as_of() - n.scan_started_at)::bigint AS age_s,
       n.stage, n.class, n.shown, n.named, n.chain, n.chain_before, count(n.seq) AS places,
       coalesce(jsonb_agg(jsonb_build_object('address', nullif(n.address, ''), 'name', nullif(n.name, ''), 'port', n.port, 'hello', n.hello)
                          ORDER BY n.number) FILTER (WHERE n.seq IS NOT NULL AND n.number <= :'list'::bigint), '[]') AS first_places
FROM numbered n
JOIN rootshift.campaign_current c ON c.name = n.campaign
GROUP BY n.endpoint, n.scan, n.scan_started_at, c.zone, n.stage, n.class, n.shown, n.named, n.chain, n.chain_before
ORDER BY n.endpoint = '', n.endpoint, n.stage, n.class, n.chain
