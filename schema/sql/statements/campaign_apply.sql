-- One version of a campaign with everything named in it.
WITH given AS (
    SELECT :'campaign'::jsonb AS c
), campaign AS (
    INSERT INTO rootshift.campaign (name, version, digest, title_en, title_zh, contact_en, contact_zh, zone, ends,
                                    ends_source, document, applied_at)
    SELECT c->>'name', (c->>'version')::integer, decode(c->>'digest', 'hex'), c->>'title_en', c->>'title_zh',
           c->>'contact_en', c->>'contact_zh', c->>'zone', (c->>'ends')::timestamptz, c->>'ends_source', c->>'document',
           :'at'::timestamptz
    FROM given
    RETURNING name, version
), roots AS (
    INSERT INTO rootshift.campaign_root (campaign, version, name, role, label, sha256, key_identity, pem)
    SELECT k.name, k.version, r.name, r.role, r.label, decode(r.sha256, 'hex'), decode(r.key_identity, 'hex'), r.pem
    FROM campaign k, given, jsonb_to_recordset(c->'roots') AS r (name text, role text, label text, sha256 text, key_identity text, pem text)
), endpoints AS (
    INSERT INTO rootshift.endpoint (campaign, version, name, use, chain, server_names, port, addresses, request_path,
                                    starts, ends, source)
    SELECT k.name, k.version, e.name, e.use, e.chain, e.server_names, e.port, e.addresses, e.request_path, e.starts,
           e.ends, e.source
    FROM campaign k, given, jsonb_to_recordset(c->'endpoints') AS e
         (name text, use text, chain text, server_names text[], port integer, addresses text[], request_path text,
          starts timestamptz, ends timestamptz, source text)
)
INSERT INTO rootshift.phase
    (campaign, version, name, ordinal, note_en, note_zh, starts, ends, advised_by, ready_by, source, advised_source,
     serves, cohorts, gate_ready, gate_coverage, gate_ready_of_expected, gate_waived_max, gate_min_evidence,
     gate_weigh_by, gate_critical_ready, gate_evidence_max_age)
SELECT k.name, k.version, p.name, p.ordinal, p.note_en, p.note_zh, p.starts, p.ends, p.advised_by, p.ready_by,
       p.source, p.advised_source, p.serves, p.cohorts, p.gate_ready, p.gate_coverage, p.gate_ready_of_expected,
       p.gate_waived_max, p.gate_min_evidence, p.gate_weigh_by, p.gate_critical_ready,
       make_interval(secs => p.gate_evidence_max_age_s)
FROM campaign k, given, jsonb_to_recordset(c->'phases') AS p
     (name text, ordinal integer, note_en text, note_zh text, starts timestamptz, ends timestamptz,
      advised_by timestamptz, ready_by timestamptz, source text, advised_source text, serves text[], cohorts text[],
      gate_ready double precision, gate_coverage double precision, gate_ready_of_expected double precision,
      gate_waived_max double precision, gate_min_evidence text, gate_weigh_by text, gate_critical_ready boolean,
      gate_evidence_max_age_s double precision)
