SELECT secret, partner, extract(epoch FROM expires_at)::bigint AS expires_at
FROM rootshift.token
WHERE id = :'id'::bytea
