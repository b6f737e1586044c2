-- What waits of one key, a page at a time.
SELECT topic, partition, record_offset, bytes, (extract(epoch FROM received_at) * 1000)::bigint AS received_ms
FROM rootshift.quarantine
WHERE key_id = decode(:'key', 'hex')
  AND (topic, partition, record_offset) > (:'topic', :'partition'::integer, :'offset'::bigint)
ORDER BY topic, partition, record_offset
LIMIT 1000
