-- How old what is known of each campaign's endpoints is; campaigns that were never scanned apart.
SELECT campaign, scan_age_s::bigint AS scan_age_s, endpoints_unscanned
FROM rootshift.scan_health
WHERE scans > 0
ORDER BY campaign
