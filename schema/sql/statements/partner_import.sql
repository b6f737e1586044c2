-- Partners from the checked rows of a file. Those it does not name stay as they are.
INSERT INTO rootshift.partner AS p
    (id, name, language, contact, expected_hosts, traffic_share, critical, cohort, networks, imported_at)
SELECT id, name, language, contact, expected_hosts, traffic_share, critical, cohort, networks, :'at'::timestamptz
FROM jsonb_to_recordset(:'rows'::jsonb) AS r
     (id text, name text, language text, contact text, expected_hosts integer, traffic_share double precision,
      critical boolean, cohort text, networks cidr[])
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, language = excluded.language, contact = excluded.contact,
    expected_hosts = excluded.expected_hosts, traffic_share = excluded.traffic_share, critical = excluded.critical,
    cohort = excluded.cohort, networks = excluded.networks, imported_at = excluded.imported_at
