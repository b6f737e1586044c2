-- When it began, to the second, and a number by chance: as a scanner names its own runs.
INSERT INTO rootshift.scan (id, campaign, depth, started_at)
VALUES (to_char(:'at'::timestamptz AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"') || '-' || left(gen_random_uuid()::text, 8),
        :'campaign', :'depth', :'at'::timestamptz)
RETURNING id
