-- A fleet for looking at pages: every verdict, every kind of reason, long names, markup and formulas in what
-- partners say. Variables of psql: `campaign`, and `time`, the instant of the newest reports.
\set ON_ERROR_STOP on
BEGIN;
SET search_path = rootshift;
SELECT set_config('pages.campaign', :'campaign', false), set_config('pages.time', :'time', false) \g /dev/null

INSERT INTO judged_by (engine, catalogue) VALUES (1, 1) ON CONFLICT DO NOTHING;

CREATE TEMP TABLE fleet (partner text, host integer, kind text, environment text, age interval) ON COMMIT DROP;
INSERT INTO fleet
SELECT p, h, k, e, a FROM (VALUES
    ('harbour', 1, 'ready', 'production', interval '2 hours'),
    ('harbour', 2, 'ready', 'production', interval '3 hours'),
    ('harbour', 3, 'ready', 'production', interval '3 hours'),
    ('harbour', 4, 'old-only', 'test', interval '3 hours'),
    ('ledger', 1, 'old-only', 'production', interval '1 hour'),
    ('ledger', 2, 'ready', 'production', interval '1 hour'),
    ('ledger', 3, 'cross-only', 'production', interval '5 hours'),
    ('quiet', 1, 'ready', 'production', interval '20 days'),
    ('restart', 1, 'restart', 'production', interval '4 hours'),
    ('markup', 1, 'empty', 'production', interval '4 hours'),
    ('zhongwen', 1, 'ready', 'production', interval '4 hours'),
    ('zhongwen', 2, 'pending', 'production', interval '4 hours'),
    ('undeclared', 1, 'ready', 'production', interval '4 hours'),
    ('unclaimed', 1, 'unclaimed', 'production', interval '4 hours')) AS t (p, h, k, e, a);
INSERT INTO fleet
SELECT 'many', n, CASE WHEN n % 7 = 0 THEN 'old-only' WHEN n % 11 = 0 THEN 'pending' ELSE 'ready' END, 'production', n * interval '10 minutes'
FROM generate_series(1, 60) n;

CREATE TEMP VIEW sets AS
SELECT kind, sha256(convert_to('set ' || kind, 'UTF8')) AS id
FROM (VALUES ('ready'), ('old-only'), ('cross-only'), ('empty'), ('pending'), ('unclaimed')) k (kind);

INSERT INTO trust_set (id, digest, complete, parameters, entries) SELECT id, id, true, '{}', 140 FROM sets WHERE kind <> 'pending';

-- What each set is worth in each phase: the first phase serves chains that either root will do for.
INSERT INTO verdict (trust_set, model, campaign, version, phase, engine, catalogue, holds_from, holds_until, verdict, reason,
                     evidence, valid_until, chain, ended)
SELECT s.id, 'openssl', p.campaign, p.version, p.name, 1, 1, '-infinity', 'infinity',
       CASE WHEN s.kind = 'ready' THEN 'ready' WHEN s.kind = 'empty' THEN 'not_ready' WHEN p.ordinal > (SELECT min(ordinal) FROM phase x WHERE x.campaign = p.campaign) THEN 'not_ready' ELSE 'ready' END,
       CASE s.kind WHEN 'ready' THEN 'ok' WHEN 'empty' THEN 'store-empty'
            ELSE CASE WHEN p.ordinal > (SELECT min(ordinal) FROM phase x WHERE x.campaign = p.campaign)
                      THEN CASE s.kind WHEN 'cross-only' THEN 'cross-only' ELSE 'root-missing' END ELSE 'cross-hides-gap' END END,
       CASE s.kind WHEN 'old-only' THEN 'listed_by_key' ELSE 'listed' END, NULL, p.serves[1], false
FROM sets s JOIN phase_current p ON p.campaign = current_setting('pages.campaign')
WHERE s.kind <> 'pending';

INSERT INTO enrolment (key_id, public_key, partner, host, environment, token, enrolled_at)
SELECT sha256(convert_to(partner || host, 'UTF8')), sha256(convert_to(partner || host || 'key', 'UTF8')), partner,
       CASE partner WHEN 'markup' THEN '<img src=x onerror=alert(1)>.example' ELSE format('app-%s.%s.example', host, partner) END,
       environment, NULL::bytea, current_setting('pages.time')::timestamptz - interval '25 days'
FROM fleet
UNION ALL
SELECT sha256('never'), sha256('never key'), 'quiet', 'batch-2.quiet.example', 'production', NULL, current_setting('pages.time')::timestamptz - interval '3 days';

CREATE TEMP VIEW seen AS
SELECT f.*, e.key_id, e.host AS name, coalesce(s.id, sha256('pending')) AS digest,
       current_setting('pages.time')::timestamptz - f.age AS at
FROM fleet f
JOIN enrolment e ON e.key_id = sha256(convert_to(f.partner || f.host, 'UTF8'))
LEFT JOIN sets s ON s.kind = CASE f.kind WHEN 'restart' THEN 'ready' ELSE f.kind END;

INSERT INTO manifest (enrolment, digest, trust_set) SELECT key_id, digest, digest FROM seen WHERE kind <> 'pending';
INSERT INTO manifest (enrolment, digest, trust_set)
SELECT key_id, (SELECT id FROM sets WHERE kind = 'old-only'), (SELECT id FROM sets WHERE kind = 'old-only') FROM seen WHERE kind = 'restart';

INSERT INTO host (enrolment, sequence, observed_at, evidence_at, state_since, state, name, environment, os, kernel, boot_id,
                  collector, engine, visibility, unread, clock_skew_ms, received_at)
SELECT key_id, 1, at, at, at, sha256('state'), name, environment, 'Debian GNU/Linux 12', '6.1', 'boot', '0.1.0', 1, 'full', '{}', 12, at
FROM seen;

INSERT INTO host_store (enrolment, id, path, format, state, certificates, digest, problem, roots)
SELECT key_id, 's1', CASE kind WHEN 'cross-only' THEN '/etc/ssl/certs' WHEN 'empty' THEN '/opt/payment/conf/keystore/production/truststore-2024-with-a-rather-long-name.p12' ELSE '/etc/ssl/certs/ca-certificates.crt' END,
       CASE kind WHEN 'empty' THEN 'pkcs12' ELSE 'pem' END, 'read', CASE kind WHEN 'empty' THEN 1 ELSE 140 END, digest,
       CASE kind WHEN 'empty' THEN 'no entry carries Java''s trust attribute' ELSE '' END, '{}'
FROM seen;
INSERT INTO host_client (enrolment, id, runtime, version, executable, model, relevance, stores, trust_set, trust_set_before,
                         restart_needed, assumes_default_store, unclaimed, settings, processes)
SELECT key_id, 'c1', CASE kind WHEN 'empty' THEN 'java' ELSE 'openssl' END, CASE kind WHEN 'empty' THEN '17.0.19' ELSE '3.0.17' END,
       CASE kind WHEN 'empty' THEN '/usr/lib/jvm/java-17-openjdk-amd64/bin/java' ELSE '/usr/sbin/nginx' END, 'openssl', 'talks', '{s1}', digest,
       CASE kind WHEN 'restart' THEN (SELECT id FROM sets WHERE kind = 'old-only') END, kind = 'restart', false, kind = 'unclaimed', '{}', '{812}'
FROM seen;
INSERT INTO host_client (enrolment, id, runtime, version, executable, model, relevance, stores, trust_set, trust_set_before,
                         restart_needed, assumes_default_store, unclaimed, settings, processes)
SELECT key_id, 'c2', 'python', '3.11.2', '/usr/bin/python3', 'openssl', 'may', '{s1}', digest, NULL, false, true, false, '{REQUESTS_CA_BUNDLE}', '{}'
FROM seen WHERE kind IN ('ready', 'old-only') AND host < 3 AND partner <> 'many';

INSERT INTO host_claim (enrolment, client, campaign, phase, version, verdict, reason, evidence, fix)
SELECT s.key_id, 'c1', p.campaign, p.name, p.version, CASE WHEN s.partner = 'ledger' AND s.host = 1 THEN 'ready' ELSE v.verdict END, v.reason, v.evidence,
       CASE WHEN v.verdict = 'ready' THEN '{}' WHEN s.kind = 'empty' THEN ARRAY['keytool -importcert -noprompt -alias digicert-global-root-g2 -file DigiCertGlobalRootG2.crt.pem -keystore /opt/payment/conf/keystore/production/truststore-2024-with-a-rather-long-name.p12', 'systemctl restart payment']
            ELSE ARRAY['cp DigiCertGlobalRootG2.crt.pem /usr/local/share/ca-certificates/DigiCertGlobalRootG2.crt', 'update-ca-certificates'] END
FROM seen s
JOIN phase_current p ON p.campaign = current_setting('pages.campaign')
JOIN verdict v ON v.trust_set = s.digest AND v.campaign = p.campaign AND v.version = p.version AND v.phase = p.name;

INSERT INTO host_finding (enrolment, ordinal, code, subject, text)
SELECT key_id, 1, 'world-writable-store', '/opt/payment/conf', 'anyone on <this> host may change the trust store & its "password"'
FROM seen WHERE partner = 'markup';
INSERT INTO host_change (enrolment, sequence, observed_at, boot_id, state, document)
SELECT key_id, n, at - n * interval '1 day', 'boot', sha256('state'), '{}' FROM seen, generate_series(1, 2) n WHERE partner <> 'many';
INSERT INTO ingest_offset (topic, partition, epoch, next_offset, records, owner, caught_up_at, updated_at)
VALUES ('rootshift.in', 0, 1, 420, 420, 'pages', current_setting('pages.time')::timestamptz, current_setting('pages.time')::timestamptz) ON CONFLICT DO NOTHING;

-- A scan of every endpoint in use and of sixty lines: two chains as planned, some that went back, some astray under names
-- that are markup, some that show nothing.
CREATE TEMP TABLE place ON COMMIT DROP AS
SELECT row_number() OVER () AS seq, *
FROM (SELECT e.name AS endpoint, n.name, a.address, e.port, e.chain, 'done' AS stage, 'ok' AS class
      FROM endpoint e JOIN campaign_current c ON c.name = e.campaign AND c.version = e.version, unnest(e.server_names) n (name),
           unnest(CASE e.addresses WHEN '{}' THEN ARRAY['192.0.2.200'] ELSE e.addresses END) a (address)
      WHERE e.campaign = current_setting('pages.campaign') AND current_setting('pages.time')::timestamptz >= e.starts
        AND current_setting('pages.time')::timestamptz < coalesce(e.ends, 'infinity')
      UNION ALL
      SELECT '', CASE WHEN n > 55 THEN '<b>astray</b>.a-rather-long-name-of-a-server.in-a-zone-with-a-long-name.example' ELSE format('edge-%s.example', n) END,
             CASE n % 5 WHEN 4 THEN '2001:db8:1234:5678:9abc:def0:1234:' || n ELSE '192.0.2.' || n END, 443,
             CASE WHEN n > 58 THEN NULL WHEN n > 55 THEN 'g2only' WHEN n > 40 THEN 'today' ELSE 'cross' END,
             CASE WHEN n % 20 = 0 THEN 'connect' ELSE 'done' END, CASE WHEN n % 20 = 0 THEN 'timeout' ELSE 'ok' END
      FROM generate_series(1, 60) n) p;
INSERT INTO scan VALUES ('20251119T190000Z-00000001', current_setting('pages.campaign'), 'handshake', current_setting('pages.time')::timestamptz - interval '5 hours', now());
INSERT INTO scan_target SELECT '20251119T190000Z-00000001', seq, 'modern', endpoint, name, address, port, '' FROM place;
INSERT INTO served_chain SELECT sha256(convert_to(coalesce(chain, 'other'), 'UTF8')), '{}' FROM place GROUP BY chain;
INSERT INTO served_as
SELECT sha256(convert_to(coalesce(p.chain, 'other'), 'UTF8')), c.name, c.version, p.chain
FROM (SELECT DISTINCT chain FROM place) p, campaign_current c WHERE c.name = current_setting('pages.campaign');
INSERT INTO scan_result
SELECT '20251119T190000Z-00000001', seq, address, 'modern', name, port, stage, class, '', NULL, NULL, NULL, NULL, NULL,
       CASE stage WHEN 'done' THEN sha256(convert_to(coalesce(chain, 'other'), 'UTF8')) END,
       current_setting('pages.time')::timestamptz - interval '5 hours', 12
FROM place;
INSERT INTO address_chain
SELECT name, address, port, 'modern', sha256('cross'), current_setting('pages.time')::timestamptz - interval '5 days',
       current_setting('pages.time')::timestamptz - interval '4 days'
FROM place WHERE chain = 'today' AND seq % 2 = 0;
COMMIT;
