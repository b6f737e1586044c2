-- Decisions in order, from one number on.
SELECT number, verdict, input, previous, hash, public_key, signature, asked_by
FROM rootshift.decision
WHERE number >= :'from'::bigint AND number <= :'to'::bigint
ORDER BY number
