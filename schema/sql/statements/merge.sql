-- From `staged` into the tables, in the transaction that also moves the offsets. Sorted by key
-- throughout, so that two writers cannot wait for each other; nothing here depends on where one batch
-- ends and the next begins.

ANALYZE staged; -- nobody else does for a temporary table, and without it every join is planned for a thousand rows

INSERT INTO rootshift.dead_letter (topic, partition, record_offset, reason, bytes, received_at)
SELECT topic, partition, record_offset, reason, bytes, received_at FROM staged WHERE kind = 'dead'
ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING;

INSERT INTO rootshift.quarantine (topic, partition, record_offset, key_id, schema, reason, bytes, received_at)
SELECT topic, partition, record_offset, key_id, schema, reason, bytes, received_at FROM staged WHERE kind = 'quarantine'
ORDER BY 1, 2, 3
ON CONFLICT (topic, partition, record_offset) DO UPDATE SET reason = excluded.reason
WHERE quarantine.reason <> excluded.reason;

-- What waited and is believed now, or cannot be read after all, waits no longer.
DELETE FROM rootshift.quarantine q USING staged s
WHERE s.kind <> 'quarantine' AND q.topic = s.topic AND q.partition = s.partition AND q.record_offset = s.record_offset;

INSERT INTO rootshift.enrolment (key_id, public_key, partner, host, environment, token, enrolled_at)
SELECT DISTINCT ON (key_id) key_id, decode(content->>'public_key', 'hex'), content->>'partner', content->>'host',
       coalesce(content->>'environment', ''), decode(content->>'token_id', 'hex'),
       (content->>'enrolled_at')::timestamptz
FROM staged WHERE kind = 'enrolment'
ORDER BY key_id, ordinal
ON CONFLICT (key_id) DO NOTHING;

-- A file import and the consumer may hold reports of the same host: one after the other.
SELECT count(*) FROM (SELECT 1 FROM rootshift.enrolment
                      WHERE key_id IN (SELECT key_id FROM staged WHERE kind IN ('manifest', 'report'))
                      ORDER BY key_id FOR NO KEY UPDATE) locked;

-- Manifests: a set is stored once for all that hold it, a digest belongs to the host that sent it.
INSERT INTO rootshift.certificate (sha256, der)
SELECT DISTINCT ON (e.sha256) decode(e.sha256, 'hex'), decode(e.der, 'hex')
FROM staged s, jsonb_to_recordset(s.content->'entries') AS e (sha256 text, der text)
WHERE s.kind = 'manifest' AND e.der <> ''
ORDER BY e.sha256
ON CONFLICT DO NOTHING;

WITH sets AS (
    SELECT DISTINCT ON (trust_set) trust_set, content FROM staged WHERE kind = 'manifest' ORDER BY trust_set, ordinal
), added AS (
    INSERT INTO rootshift.trust_set (id, digest, complete, parameters, entries)
    SELECT trust_set, decode(content->>'digest', 'hex'), (content->>'complete')::boolean,
           ARRAY(SELECT jsonb_array_elements_text(content->'parameters')), jsonb_array_length(content->'entries')
    FROM sets
    ORDER BY trust_set
    ON CONFLICT DO NOTHING
    RETURNING id
)
INSERT INTO rootshift.trust_entry (trust_set, position, sha256, key_identity, marks)
SELECT s.trust_set, e.position, decode(e.entry->>'sha256', 'hex'), decode(e.entry->>'key_identity', 'hex'),
       (e.entry->>'marks')::bigint
FROM sets s
JOIN added a ON a.id = s.trust_set, jsonb_array_elements(s.content->'entries') WITH ORDINALITY AS e (entry, position)
ORDER BY s.trust_set, e.position;

INSERT INTO rootshift.manifest AS m (enrolment, digest, trust_set)
SELECT DISTINCT ON (key_id, digest) key_id, digest, trust_set
FROM (SELECT key_id, decode(content->>'digest', 'hex') AS digest, trust_set, ordinal
      FROM staged WHERE kind = 'manifest') s
ORDER BY key_id, digest, ordinal DESC
ON CONFLICT (enrolment, digest) DO UPDATE SET trust_set = excluded.trust_set
WHERE m.trust_set <> excluded.trust_set;

-- Reports: one counts when its sequence is above all that came before it, in this batch or earlier.
-- Its state is all that it says but when and how it was seen.
INSERT INTO accepted (key_id, ordinal, sequence, observed_at, evidence_at, received_at, state, changed, newest, content)
SELECT key_id, ordinal, sequence, observed_at, evidence_at, received_at, state,
       state IS DISTINCT FROM lag(state, 1, host_state) OVER w,
       row_number() OVER (PARTITION BY key_id ORDER BY ordinal DESC) = 1, content
FROM (SELECT s.*, h.state AS host_state,
             sha256(convert_to((s.content - '{sequence,observed_at,clock_skew_ms,probes}'::text[])::text, 'UTF8')) AS state,
             s.sequence > coalesce(max(s.sequence) OVER (PARTITION BY s.key_id ORDER BY s.ordinal
                                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                 AND s.sequence > coalesce(h.sequence, 0) AS newer
      FROM staged s
      LEFT JOIN rootshift.host h ON h.enrolment = s.key_id
      WHERE s.kind = 'report') r
WHERE newer
WINDOW w AS (PARTITION BY key_id ORDER BY ordinal);

ANALYZE accepted;

INSERT INTO rootshift.host_change (enrolment, sequence, observed_at, boot_id, state, document)
SELECT key_id, sequence, observed_at, content->'host'->>'boot_id', state, content
FROM accepted WHERE changed
ORDER BY key_id, sequence;

INSERT INTO rootshift.trust_use (enrolment, digest, model)
SELECT DISTINCT a.key_id, decode(t.digest, 'hex'), c.model
FROM accepted a,
     jsonb_to_recordset(a.content->'clients') AS c (model text, trust_set text, trust_set_before text),
     unnest(ARRAY[c.trust_set, c.trust_set_before]) AS t (digest)
WHERE a.changed AND t.digest <> ''
ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING;

INSERT INTO rootshift.host AS h
    (enrolment, sequence, observed_at, evidence_at, state_since, state, name, environment, os, kernel, boot_id,
     collector, engine, visibility, unread, clock_skew_ms, received_at)
SELECT key_id, sequence, observed_at, evidence_at, coalesce(changed_at, observed_at), state,
       content->'host'->>'name', content->>'environment', content->'host'->>'os', content->'host'->>'kernel',
       content->'host'->>'boot_id', content->'host'->>'collector', (content->>'engine')::bigint,
       coalesce(content->'visibility'->>'level', 'unknown'),
       ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(content->'visibility') WHEN 'object' THEN content->'visibility'->'unread' ELSE '[]' END)),
       (content->>'clock_skew_ms')::bigint, received_at
FROM (SELECT a.*, max(observed_at) FILTER (WHERE ordinal = last_change) OVER (PARTITION BY key_id) AS changed_at
      FROM (SELECT *, max(ordinal) FILTER (WHERE changed) OVER (PARTITION BY key_id) AS last_change FROM accepted) a) n
WHERE newest
ORDER BY key_id
ON CONFLICT (enrolment) DO UPDATE SET
    sequence = excluded.sequence, observed_at = excluded.observed_at, evidence_at = excluded.evidence_at,
    state_since = CASE WHEN EXISTS (SELECT FROM accepted a WHERE a.key_id = h.enrolment AND a.changed)
                       THEN excluded.state_since ELSE h.state_since END,
    state = excluded.state, name = excluded.name, environment = excluded.environment, os = excluded.os,
    kernel = excluded.kernel, boot_id = excluded.boot_id, collector = excluded.collector, engine = excluded.engine,
    visibility = excluded.visibility, unread = excluded.unread, clock_skew_ms = excluded.clock_skew_ms,
    received_at = excluded.received_at;

-- What hangs on a host is replaced where anything changed.
DELETE FROM rootshift.host_client  USING accepted a WHERE enrolment = a.key_id AND a.changed;
DELETE FROM rootshift.host_claim   USING accepted a WHERE enrolment = a.key_id AND a.changed;
DELETE FROM rootshift.host_store   USING accepted a WHERE enrolment = a.key_id AND a.changed;
DELETE FROM rootshift.host_binding USING accepted a WHERE enrolment = a.key_id AND a.changed;
DELETE FROM rootshift.host_finding USING accepted a WHERE enrolment = a.key_id AND a.changed;
DELETE FROM rootshift.host_probe   USING accepted a WHERE enrolment = a.key_id;

INSERT INTO rootshift.host_client
    (enrolment, id, runtime, version, executable, model, relevance, stores, trust_set, trust_set_before,
     restart_needed, assumes_default_store, unclaimed, settings, processes)
SELECT a.key_id, c.id, c.runtime, c.version, c.executable, c.model, c.relevance, c.stores, decode(c.trust_set, 'hex'),
       nullif(decode(c.trust_set_before, 'hex'), ''), c.restart_needed, c.assumes_default_store, c.unclaimed,
       c.settings, c.processes
FROM accepted a,
     jsonb_to_recordset(a.content->'clients') AS c
         (id text, runtime text, version text, executable text, model text, relevance text, stores text[],
          trust_set text, trust_set_before text, restart_needed boolean, assumes_default_store boolean,
          unclaimed boolean, settings text[], processes integer[])
WHERE a.newest AND EXISTS (SELECT FROM accepted b WHERE b.key_id = a.key_id AND b.changed)
ORDER BY a.key_id, c.id;

-- Phases are named NAME with one campaign, campaign/NAME with several.
INSERT INTO rootshift.host_claim (enrolment, client, campaign, phase, version, verdict, reason, evidence, fix)
SELECT DISTINCT ON (1, 2, 3, 4) a.key_id, p.client, u.campaign, p.phase, u.version, coalesce(p.said->>'verdict', 'unknown'),
       coalesce(p.said->>'reason', ''), coalesce(p.said->>'evidence', ''),
       ARRAY(SELECT jsonb_array_elements_text(coalesce(p.said->'fix', '[]')))
FROM accepted a
CROSS JOIN LATERAL (
    SELECT c.id AS client, e.key AS phase, e.value AS said
    FROM jsonb_to_recordset(a.content->'clients') AS c (id text, phases jsonb), jsonb_each(c.phases) e
    UNION ALL
    SELECT '', e.key, e.value FROM jsonb_each(a.content->'verdict') e) given
CROSS JOIN LATERAL jsonb_to_recordset(a.content->'campaigns') AS u (campaign text, version integer)
CROSS JOIN LATERAL (
    SELECT given.client, given.said,
           CASE WHEN left(given.phase, length(u.campaign) + 1) = u.campaign || '/' THEN substr(given.phase, length(u.campaign) + 2)
                WHEN jsonb_array_length(a.content->'campaigns') = 1 THEN given.phase END AS phase) p
WHERE a.newest AND p.phase IS NOT NULL AND EXISTS (SELECT FROM accepted b WHERE b.key_id = a.key_id AND b.changed)
ORDER BY 1, 2, 3, 4, u.version DESC;

INSERT INTO rootshift.host_store (enrolment, id, path, format, state, certificates, digest, problem, roots)
SELECT a.key_id, s.id, s.path, s.format, s.state, s.certificates, decode(s.digest, 'hex'), s.problem, s.roots
FROM accepted a,
     jsonb_to_recordset(a.content->'stores') AS s
         (id text, path text, format text, state text, certificates integer, digest text, problem text, roots jsonb)
WHERE a.newest AND EXISTS (SELECT FROM accepted b WHERE b.key_id = a.key_id AND b.changed)
ORDER BY a.key_id, s.id;

INSERT INTO rootshift.host_binding (enrolment, name, source, addresses)
SELECT a.key_id, b.name, b.source, array_agg(DISTINCT x ORDER BY x)
FROM accepted a, jsonb_to_recordset(a.content->'bindings') AS b (name text, source text, addresses text[]), unnest(b.addresses) x
WHERE a.newest AND EXISTS (SELECT FROM accepted c WHERE c.key_id = a.key_id AND c.changed)
GROUP BY a.key_id, b.name, b.source
ORDER BY 1, 2, 3;

INSERT INTO rootshift.host_finding (enrolment, ordinal, code, subject, text)
SELECT a.key_id, f.ordinal, f.said->>'code', f.said->>'subject', f.said->>'text'
FROM accepted a, jsonb_array_elements(a.content->'findings') WITH ORDINALITY AS f (said, ordinal)
WHERE a.newest AND EXISTS (SELECT FROM accepted b WHERE b.key_id = a.key_id AND b.changed)
ORDER BY 1, 2;

INSERT INTO rootshift.host_probe
    (enrolment, ordinal, campaign, endpoint, address, name, stage, class, detail, verdict, probed_at)
SELECT a.key_id, p.ordinal, p.said->>'campaign', p.said->>'endpoint', p.said->>'address', p.said->>'name', p.said->>'stage',
       p.said->>'class', p.said->>'detail', p.said->>'verdict', (p.said->>'probed_at')::timestamptz
FROM accepted a, jsonb_array_elements(a.content->'probes') WITH ORDINALITY AS p (said, ordinal)
WHERE a.newest
ORDER BY 1, 2;
