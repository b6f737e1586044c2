SELECT a.id, a.name, a.language, a.contact, a.expected_hosts, a.traffic_share, a.critical, a.cohort,
       (SELECT coalesce(string_agg(n::text, ' '), '') FROM unnest(a.networks) n) AS networks
FROM rootshift.partner a
WHERE a.id = :'partner'
