INSERT INTO rootshift.gap (topic, partition, from_offset, to_offset, cause, found_at)
VALUES (:'topic', :'partition'::integer, :'from'::bigint, :'to'::bigint, :'cause', :'at'::timestamptz)
ON CONFLICT DO NOTHING
