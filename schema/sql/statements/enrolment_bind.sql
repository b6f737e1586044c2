-- A person binds a key. The row that then stands: another one when the key was bound before.
WITH added AS (
    INSERT INTO rootshift.enrolment (key_id, public_key, partner, host, environment, token, enrolled_at)
    VALUES (decode(:'key', 'hex'), :'public_key'::bytea, :'partner', :'host', 'production', NULL, :'at'::timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING partner, host
)
SELECT partner, host FROM added
UNION ALL
SELECT partner, host FROM rootshift.enrolment WHERE key_id = decode(:'key', 'hex')
LIMIT 1
