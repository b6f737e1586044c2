SELECT s.complete, p.parameter
FROM rootshift.trust_set s
LEFT JOIN LATERAL unnest(s.parameters) WITH ORDINALITY AS p (parameter, position) ON true
WHERE s.id = decode(:'trust_set', 'hex')
ORDER BY p.position
