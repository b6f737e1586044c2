-- Enrolments that were not believed: they carry the public key.
SELECT bytes FROM rootshift.quarantine WHERE key_id = decode(:'key', 'hex') AND schema LIKE '%.Enrolment' LIMIT 1
