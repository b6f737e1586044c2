-- Why partners are not ready, or unknown: how many by reason, the most common first.
SELECT phase, reason, count(*) AS partners
FROM (SELECT phase, unnest(reasons) AS reason FROM rootshift.readiness_partner
      WHERE campaign = :'campaign' AND verdict <> 'ready') r
GROUP BY phase, reason
ORDER BY phase, count(*) DESC, reason
