INSERT INTO rootshift.token (id, secret, partner, created_at, expires_at)
VALUES (:'id'::bytea, :'secret'::bytea, :'partner', :'at'::timestamptz, :'expires_at'::timestamptz)
