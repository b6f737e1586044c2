-- A partition becomes ours: whoever held it before is fenced by the new epoch.
INSERT INTO rootshift.ingest_offset AS o (topic, partition, epoch, next_offset, records, owner, updated_at)
VALUES (:'topic', :'partition'::integer, 1, 0, 0, :'owner', :'at'::timestamptz)
ON CONFLICT (topic, partition) DO UPDATE SET epoch = o.epoch + 1, owner = excluded.owner, updated_at = excluded.updated_at
RETURNING epoch, next_offset
