-- All partners of a campaign that pass the filters of page_partners, for page_partners_fetch.
DECLARE partners NO SCROLL CURSOR FOR
WITH partners AS MATERIALIZED (
    SELECT * FROM rootshift.readiness_partner WHERE campaign = :'campaign'
), matching AS (
    SELECT partner FROM partners WHERE :'cohort' IN ('', cohort)
    GROUP BY partner
    HAVING bool_or(:'phase' IN ('', phase) AND :'verdict' IN ('', verdict) AND (:'reason' = '' OR :'reason' = ANY (reasons)))
)
SELECT p.partner, p.partner_name, p.language, p.cohort, p.critical, p.phase, p.verdict, p.reasons, p.hosts_expected,
       p.hosts_seen, p.hosts_covered, p.hosts_ready, p.hosts_not_ready, p.hosts_unknown, p.ready_low, p.ready_high,
       p.coverage_low, p.coverage_high, p.waived, p.weakest_evidence,
       rootshift.iso_text(p.observed_at) AS observed_at_iso, rootshift.iso_text(p.valid_until) AS valid_until_iso
FROM matching m
JOIN partners p ON p.partner = m.partner
ORDER BY p.partner, p.ordinal
