-- Chains that were served, whose certificates have all come, and of which nobody has said yet what they are to a campaign.
SELECT encode(k.id, 'hex') AS chain, c.name AS campaign, c.version, d.certificates, d.sizes
FROM rootshift.served_chain k
CROSS JOIN rootshift.campaign_current c
CROSS JOIN LATERAL (
    SELECT string_agg(t.der, ''::bytea ORDER BY p.place) AS certificates, array_agg(length(t.der) ORDER BY p.place) AS sizes
    FROM unnest(k.certificates) WITH ORDINALITY AS p (print, place)
    JOIN rootshift.certificate t ON t.sha256 = p.print
    HAVING count(*) = cardinality(k.certificates)) d
WHERE NOT EXISTS (SELECT FROM rootshift.served_as s WHERE s.chain = k.id AND s.campaign = c.name AND s.version = c.version)
ORDER BY c.name, k.id
LIMIT 100
