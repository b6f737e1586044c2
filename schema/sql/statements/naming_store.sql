INSERT INTO rootshift.served_as (chain, campaign, version, name)
VALUES (decode(:'chain', 'hex'), :'campaign', :'version'::integer, :'name')
ON CONFLICT DO NOTHING
