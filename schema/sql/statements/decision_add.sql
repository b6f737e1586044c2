INSERT INTO rootshift.decision (number, campaign, version, phase, as_of, verdict, input, previous, hash, key_id,
                                public_key, signature, asked_by, made_at)
VALUES (:'number'::bigint, :'campaign', :'version'::integer, :'phase', rootshift.as_of(), :'verdict', :'input',
        :'previous'::bytea, :'hash'::bytea, :'key_id'::bytea, :'public_key'::bytea, :'signature'::bytea, :'asked_by', now())
