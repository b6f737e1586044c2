-- Partners of a campaign, worst first, with all their phases: a row a partner and phase. A filter that is
-- '' asks for nothing; `verdict` and `reason` ask of :'phase', or of any phase. `matching` counts partners.
WITH partners AS MATERIALIZED (
    SELECT * FROM rootshift.readiness_partner WHERE campaign = :'campaign'
), matching AS (
    SELECT partner, min(partner_name) AS partner_name, bool_or(critical) AS critical,
           min(array_position(ARRAY['not_ready', 'unknown', 'ready'], verdict)) FILTER (WHERE NOT ended) AS worst,
           count(*) OVER () AS matching
    FROM partners
    WHERE :'cohort' IN ('', cohort) AND :'partner' IN ('', partner)
    GROUP BY partner
    HAVING bool_or(:'phase' IN ('', phase) AND :'verdict' IN ('', verdict) AND (:'reason' = '' OR :'reason' = ANY (reasons)))
), chosen AS (
    SELECT *, row_number() OVER (ORDER BY worst NULLS LAST, critical DESC, partner_name, partner) AS place FROM matching
)
SELECT c.place, c.matching, p.partner, p.partner_name, p.language, p.cohort, p.critical, p.phase, p.ended, p.verdict,
       p.reasons, p.hosts_expected, p.hosts_seen, p.hosts_covered, p.hosts_ready, p.hosts_not_ready, p.hosts_unknown,
       p.ready_low, p.ready_high, p.coverage_low, p.coverage_high, p.waived, p.weakest_evidence,
       rootshift.local_text(p.observed_at, z.zone) AS observed_at, rootshift.iso_text(p.observed_at) AS observed_at_iso,
       rootshift.iso_text(p.valid_until) AS valid_until_iso
FROM chosen c
JOIN partners p ON p.partner = c.partner
JOIN rootshift.campaign_current z ON z.name = p.campaign
WHERE c.place > :'skip'::bigint AND c.place <= :'skip'::bigint + :'count'::bigint
ORDER BY c.place, p.ordinal
