-- The hosts of one partner, worst first: a row a host and phase.
WITH hosts AS MATERIALIZED (
    SELECT h.*, p.ordinal, p.ended FROM rootshift.readiness_host h
    JOIN rootshift.phase_current p ON p.campaign = h.campaign AND p.name = h.phase
    WHERE h.campaign = :'campaign' AND h.partner = :'partner'
), chosen AS (
    SELECT enrolment, count(*) OVER () AS matching,
           row_number() OVER (ORDER BY min(array_position(ARRAY['not_ready', 'unknown', 'ready'], verdict))
                                       FILTER (WHERE NOT ended) NULLS LAST,
                                       min(array_position(ARRAY['production', 'sandbox', 'test'], environment)),
                                       min(host), enrolment) AS place
    FROM hosts GROUP BY enrolment
)
SELECT c.place, c.matching, encode(h.enrolment, 'hex') AS enrolment, h.host, h.environment, h.reported, h.phase, h.verdict,
       h.reasons, h.evidence, h.covered, h.seen, h.clients, h.may_not_ready,
       rootshift.local_text(h.observed_at, z.zone) AS observed_at, rootshift.iso_text(h.observed_at) AS observed_at_iso,
       rootshift.local_text(h.valid_until, z.zone) AS valid_until, rootshift.iso_text(h.valid_until) AS valid_until_iso
FROM chosen c
JOIN hosts h ON h.enrolment = c.enrolment
JOIN rootshift.campaign_current z ON z.name = h.campaign
WHERE c.place > :'skip'::bigint AND c.place <= :'skip'::bigint + :'count'::bigint
ORDER BY c.place, h.ordinal
