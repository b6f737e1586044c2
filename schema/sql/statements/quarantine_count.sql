SELECT count(*) AS records FROM rootshift.quarantine WHERE key_id = decode(:'key', 'hex')
