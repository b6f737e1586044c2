-- What was named by a host, has come, and is not judged.
SELECT DISTINCT encode(m.trust_set, 'hex') AS trust_set, u.model, c.name AS campaign, c.version
FROM rootshift.trust_use u
JOIN rootshift.manifest m ON m.enrolment = u.enrolment AND m.digest = u.digest
CROSS JOIN rootshift.campaign_current c
WHERE NOT EXISTS (SELECT FROM rootshift.verdict v
                  WHERE v.trust_set = m.trust_set AND v.model = u.model AND v.campaign = c.name AND v.version = c.version
                    AND v.engine = :'engine'::integer AND v.catalogue = :'catalogue'::integer)
ORDER BY 1, 2, 3
LIMIT 1000
