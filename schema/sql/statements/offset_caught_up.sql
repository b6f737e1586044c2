UPDATE rootshift.ingest_offset SET caught_up_at = :'at'::timestamptz
WHERE topic = :'topic' AND partition = :'partition'::integer AND epoch = :'epoch'::bigint
