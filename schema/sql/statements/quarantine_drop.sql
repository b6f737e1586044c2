DELETE FROM rootshift.quarantine WHERE key_id = decode(:'key', 'hex')
