-- The public keys behind some key ids, given as an array of hex.
SELECT key_id, public_key, partner, host
FROM rootshift.enrolment
WHERE key_id = ANY (SELECT decode(id, 'hex') FROM unnest(:'ids'::text[]) AS id)
