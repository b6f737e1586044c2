-- What waits, by key and reason, with the one record that tells most about its sender.
WITH groups AS (
    SELECT key_id, reason, count(*) AS records, min(received_at) AS first_at, max(received_at) AS last_at
    FROM rootshift.quarantine
    GROUP BY key_id, reason
), telling AS (
    SELECT DISTINCT ON (key_id, reason) key_id, reason, bytes
    FROM rootshift.quarantine
    ORDER BY key_id, reason, schema NOT LIKE '%.Enrolment', schema NOT LIKE '%.HostReport', received_at DESC, record_offset DESC
)
SELECT encode(g.key_id, 'hex') AS key, g.reason, g.records, extract(epoch FROM g.first_at)::bigint AS first_at,
       extract(epoch FROM g.last_at)::bigint AS last_at, t.bytes, e.partner, e.host
FROM groups g
JOIN telling t ON t.key_id = g.key_id AND t.reason = g.reason
LEFT JOIN rootshift.enrolment e ON e.key_id = g.key_id
ORDER BY g.first_at, g.key_id, g.reason
