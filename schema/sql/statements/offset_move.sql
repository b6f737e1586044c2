-- One batch of one partition is done. No row: somebody else has the partition, and nothing of the
-- batch may stay.
UPDATE rootshift.ingest_offset
SET next_offset = :'next'::bigint, records = records + :'records'::bigint, updated_at = :'at'::timestamptz
WHERE topic = :'topic' AND partition = :'partition'::integer AND epoch = :'epoch'::bigint
  AND next_offset = :'expected'::bigint
