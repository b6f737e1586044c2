-- The roll-ups: client → host → partner → phase, all as of rootshift.as_of(). The worst counts on the
-- way up; what is not known is `unknown` and never ready. Made anew by each `migrate`.

DROP VIEW IF EXISTS rootshift.campaign_current CASCADE;
DROP VIEW IF EXISTS rootshift.verdict_current CASCADE;
DROP VIEW IF EXISTS rootshift.pipeline_health CASCADE;
DROP VIEW IF EXISTS rootshift.scan_answer CASCADE;

CREATE VIEW rootshift.campaign_current AS
SELECT DISTINCT ON (name) * FROM rootshift.campaign ORDER BY name, version DESC;

CREATE VIEW rootshift.phase_current AS
SELECT p.*, rootshift.as_of() >= p.ends AS ended
FROM rootshift.phase p
JOIN rootshift.campaign_current c ON c.name = p.campaign AND c.version = p.version;

CREATE VIEW rootshift.verdict_current AS
SELECT v.*
FROM rootshift.verdict v
JOIN rootshift.judged_by j ON j.engine = v.engine AND j.catalogue = v.catalogue
JOIN rootshift.campaign_current c ON c.name = v.campaign AND c.version = v.version
WHERE rootshift.as_of() >= v.holds_from AND rootshift.as_of() < v.holds_until;

-- One row a host, whether it has reported or not, and phase in whose cohorts its partner is.
-- A host that says of itself it is no production host is believed only when it did not enrol as one.
CREATE VIEW rootshift.host_phase AS
SELECT p.campaign, p.version, p.name AS phase, p.ends AS phase_ends, e.partner, e.key_id AS enrolment,
       coalesce(h.name, e.host) AS host,
       CASE WHEN h.environment IN ('sandbox', 'test') AND e.environment <> 'production' THEN h.environment
            WHEN h.enrolment IS NULL AND e.environment IN ('sandbox', 'test') THEN e.environment
            ELSE 'production' END AS environment,
       h.enrolment IS NOT NULL AS reported,
       coalesce(h.observed_at, e.enrolled_at) AS observed_at, h.state_since,
       greatest(rootshift.as_of() - coalesce(h.evidence_at, e.enrolled_at), interval '0') AS age,
       p.gate_evidence_max_age AS age_max, m.rank AS rank_min
FROM rootshift.enrolment e
JOIN rootshift.partner a ON a.id = e.partner
JOIN rootshift.phase_current p ON p.cohorts = '{}' OR a.cohort = ANY (p.cohorts)
JOIN rootshift.evidence_class m ON m.name = p.gate_min_evidence
LEFT JOIN rootshift.host h ON h.enrolment = e.key_id;

-- Every client of every host in every phase, and one row without client for a host that has none.
-- `judged` is the centre's verdict on the evidence itself; `stale` says that it is not fresh any more.
-- A process is judged by what it can have read: where its store changed under it, the worse of both.
CREATE VIEW rootshift.client_phase AS
WITH known AS (
    SELECT hp.*, c.id AS client, c.runtime, c.version AS runtime_version, c.executable, c.model, c.relevance,
           coalesce(c.unclaimed, false) AS unclaimed, c.stores, c.trust_set, c.restart_needed, c.assumes_default_store,
           coalesce(v.verdict, 'unknown') AS now_verdict, coalesce(v.reason, 'store-pending') AS now_reason,
           coalesce(b.verdict, 'unknown') AS before_verdict,
           coalesce(v.evidence, 'none') AS evidence, coalesce(k.rank, 0) AS rank, v.valid_until, v.chain,
           hp.age > least(hp.age_max, coalesce(k.ttl, hp.age_max)) AS stale
    FROM rootshift.host_phase hp
    LEFT JOIN rootshift.host_client c ON c.enrolment = hp.enrolment
    LEFT JOIN rootshift.manifest m ON m.enrolment = c.enrolment AND m.digest = c.trust_set
    LEFT JOIN rootshift.verdict_current v ON v.trust_set = m.trust_set AND v.model = c.model
         AND v.campaign = hp.campaign AND v.version = hp.version AND v.phase = hp.phase
    LEFT JOIN rootshift.manifest mb ON c.restart_needed AND mb.enrolment = c.enrolment AND mb.digest = c.trust_set_before
    LEFT JOIN rootshift.verdict_current b ON b.trust_set = mb.trust_set AND b.model = c.model
         AND b.campaign = hp.campaign AND b.version = hp.version AND b.phase = hp.phase
    LEFT JOIN rootshift.evidence_class k ON k.name = v.evidence
), running AS (
    SELECT k.*,
           CASE WHEN k.now_verdict = 'not_ready' THEN 'not_ready'
                WHEN k.restart_needed AND k.before_verdict = 'not_ready' THEN 'not_ready'
                WHEN k.restart_needed AND k.before_verdict = 'unknown' THEN 'unknown'
                ELSE k.now_verdict END AS worse_verdict,
           CASE WHEN k.now_verdict = 'not_ready' THEN k.now_reason
                WHEN k.restart_needed AND k.before_verdict = 'not_ready' THEN 'restart-needed'
                WHEN k.now_verdict = 'unknown' THEN k.now_reason
                WHEN k.restart_needed AND k.before_verdict = 'unknown' THEN 'restart-needed'
                ELSE k.now_reason END AS worse_reason
    FROM known k
)
-- Nobody is known to use an unclaimed store: what it lacks makes a doubt, not a failure.
SELECT r.*,
       CASE WHEN r.unclaimed AND r.worse_verdict <> 'ready' THEN 'unknown' ELSE r.worse_verdict END AS judged,
       CASE WHEN r.unclaimed AND r.worse_verdict <> 'ready' THEN 'unclaimed-store' ELSE r.worse_reason END AS judged_reason
FROM running r;

CREATE VIEW rootshift.readiness_client AS
SELECT campaign, version, phase, partner, enrolment, host, environment, client, runtime, runtime_version, executable,
       model, relevance, unclaimed, stores, trust_set, restart_needed, assumes_default_store, observed_at,
       judged, judged_reason,
       CASE WHEN stale THEN 'unknown' ELSE judged END AS verdict,
       CASE WHEN stale THEN 'stale' ELSE judged_reason END AS reason,
       evidence, valid_until, chain
FROM rootshift.client_phase
WHERE client IS NOT NULL;

-- Names that a host itself binds to addresses of the campaign's temporary endpoints.
CREATE VIEW rootshift.host_bound AS
SELECT b.enrolment, e.campaign, e.version, e.use, e.name AS endpoint, b.name, e.ends,
       (SELECT min(a) FROM unnest(b.addresses) a WHERE a = ANY (e.addresses)) AS address
FROM rootshift.host_binding b
JOIN rootshift.endpoint e ON b.addresses && e.addresses AND e.use IN ('fallback', 'validation')
JOIN rootshift.campaign_current c ON c.name = e.campaign AND c.version = e.version;

-- The host is the worst of the clients that talk to the campaign's servers or may; `may_not_ready`
-- shows apart how many of the latter fail.
CREATE VIEW rootshift.readiness_host AS
WITH clients AS (
    SELECT campaign, version, phase, phase_ends, partner, enrolment, host, environment, reported, observed_at, state_since,
           age, age_max, rank_min,
           count(*) FILTER (WHERE counts AND NOT unclaimed) AS clients,
           count(*) FILTER (WHERE counts AND judged = 'not_ready' AND relevance <> 'talks') AS may_not_ready,
           coalesce(bool_or(judged = 'not_ready') FILTER (WHERE counts), false) AS failing,
           coalesce(bool_or(judged = 'unknown') FILTER (WHERE counts), false) AS doubtful,
           coalesce(bool_or(c.stale) FILTER (WHERE counts), false) AS client_stale,
           coalesce(array_agg(DISTINCT judged_reason ORDER BY judged_reason) FILTER (WHERE counts AND judged = 'not_ready'), '{}') AS failures,
           coalesce(array_agg(DISTINCT judged_reason ORDER BY judged_reason) FILTER (WHERE counts AND judged = 'unknown'), '{}') AS doubts,
           min(rank) FILTER (WHERE counts AND judged = 'not_ready') AS rank_failing,
           min(rank) FILTER (WHERE counts) AS rank_all,
           min(valid_until) FILTER (WHERE counts) AS valid_until
    FROM (SELECT p.*, p.client IS NOT NULL AND p.relevance <> 'excluded' AS counts FROM rootshift.client_phase p) c
    GROUP BY campaign, version, phase, phase_ends, partner, enrolment, host, environment, reported, observed_at, state_since,
             age, age_max, rank_min
), bound AS (
    SELECT campaign, enrolment, min(ends) AS ends FROM rootshift.host_bound WHERE use = 'fallback' GROUP BY campaign, enrolment
), judged AS (
    SELECT c.*, c.age > c.age_max OR c.client_stale AS stale,
           CASE WHEN NOT c.reported THEN 'unknown'
                WHEN b.ends < c.phase_ends OR c.failing THEN 'not_ready'
                WHEN c.doubtful OR c.clients = 0 THEN 'unknown'
                ELSE 'ready' END AS judged,
           CASE WHEN NOT c.reported THEN ARRAY['never-reported']
                WHEN b.ends < c.phase_ends THEN ARRAY['bound-to-fallback'] || c.failures
                WHEN c.failing THEN c.failures
                WHEN c.doubtful THEN c.doubts
                WHEN c.clients = 0 THEN ARRAY['no-client']
                ELSE '{}' END AS judged_reasons,
           -- a binding is read like a store
           CASE WHEN c.failing THEN c.rank_failing WHEN b.ends < c.phase_ends THEN 3 ELSE c.rank_all END AS rank
    FROM clients c
    LEFT JOIN bound b ON b.campaign = c.campaign AND b.enrolment = c.enrolment
)
SELECT j.campaign, j.version, j.phase, j.partner, j.enrolment, j.host, j.environment, j.reported, j.observed_at,
       j.state_since, j.clients, j.may_not_ready, j.judged, j.judged_reasons,
       CASE WHEN j.stale AND j.reported THEN 'unknown' ELSE j.judged END AS verdict,
       CASE WHEN j.stale AND j.reported THEN ARRAY['stale'] ELSE j.judged_reasons END AS reasons,
       coalesce(k.name, 'none') AS evidence, coalesce(j.rank, 0) AS evidence_rank, j.valid_until,
       NOT j.stale AND j.judged <> 'unknown' AND coalesce(j.rank, 0) >= j.rank_min AS covered,
       j.age <= interval '30 days' AS seen
FROM judged j
LEFT JOIN rootshift.evidence_class k ON k.rank = j.rank;

-- Production only. `hosts_expected` is the larger of what the partner declared and what was seen in
-- 30 days, NULL where nothing was declared. `hosts_ready` and `hosts_not_ready` count covered hosts;
-- all others that are expected are `hosts_unknown`.
CREATE VIEW rootshift.readiness_partner AS
WITH hosts AS (
    SELECT h.campaign, h.phase, h.partner,
           count(*) FILTER (WHERE first) AS seen,
           count(*) FILTER (WHERE first AND covered) AS covered,
           count(*) FILTER (WHERE first AND covered AND verdict = 'ready') AS ready,
           count(*) FILTER (WHERE first AND covered AND verdict = 'not_ready') AS not_ready,
           count(*) FILTER (WHERE first AND verdict = 'not_ready') AS failing,
           coalesce(array_agg(DISTINCT reason ORDER BY reason) FILTER (WHERE reason IS NOT NULL), '{}') AS reasons,
           min(evidence_rank) FILTER (WHERE covered) AS rank_weakest,
           min(valid_until) FILTER (WHERE covered) AS valid_until, max(observed_at) FILTER (WHERE reported) AS observed_at
    FROM (SELECT r.*, w.reason, coalesce(w.number, 1) = 1 AS first
          FROM rootshift.readiness_host r
          LEFT JOIN LATERAL unnest(CASE WHEN r.verdict <> 'unknown' AND NOT r.covered THEN r.reasons || 'weak-evidence'::text
                                        ELSE r.reasons END) WITH ORDINALITY AS w (reason, number) ON true
          WHERE r.environment = 'production' AND r.seen) h
    GROUP BY h.campaign, h.phase, h.partner
), waived AS (
    SELECT campaign, phase, partner, sum(hosts) AS hosts
    FROM rootshift.waiver
    WHERE created_at <= rootshift.as_of() AND rootshift.as_of() < expires_at
    GROUP BY campaign, phase, partner
), counted AS (
    SELECT p.campaign, p.version, p.name AS phase, p.ordinal, p.ended, a.id AS partner, a.name AS partner_name, a.language,
           a.cohort, a.critical, a.traffic_share,
           greatest(a.expected_hosts, coalesce(h.seen, 0)::integer) AS hosts_most, a.expected_hosts IS NOT NULL AS declared,
           coalesce(h.seen, 0)::integer AS seen, coalesce(h.covered, 0)::integer AS covered,
           coalesce(h.ready, 0)::integer AS ready, coalesce(h.not_ready, 0)::integer AS not_ready,
           coalesce(h.failing, 0)::integer AS failing, h.rank_weakest, h.valid_until, h.observed_at,
           coalesce(h.reasons, '{}') AS reasons, coalesce(w.hosts, 0)::integer AS waived
    FROM rootshift.phase_current p
    JOIN rootshift.partner a ON p.cohorts = '{}' OR a.cohort = ANY (p.cohorts)
    LEFT JOIN hosts h ON h.campaign = p.campaign AND h.phase = p.name AND h.partner = a.id
    LEFT JOIN waived w ON w.campaign = p.campaign AND w.phase = p.name AND w.partner = a.id
)
SELECT campaign, version, phase, ordinal, ended, partner, partner_name, language, cohort, critical, traffic_share,
       CASE WHEN failing > 0 THEN 'not_ready'
            WHEN declared AND ready > 0 AND ready = hosts_most THEN 'ready'
            ELSE 'unknown' END AS verdict,
       reasons
           || CASE WHEN seen = 0 THEN ARRAY['never-reported'] WHEN hosts_most > seen THEN ARRAY['hosts-missing'] ELSE '{}' END
           || CASE WHEN declared THEN '{}' ELSE ARRAY['expected-unknown'] END AS reasons,
       CASE WHEN declared THEN hosts_most END AS hosts_expected,
       seen AS hosts_seen, covered AS hosts_covered, ready AS hosts_ready, not_ready AS hosts_not_ready,
       hosts_most - ready - not_ready AS hosts_unknown,
       CASE WHEN declared AND hosts_most > 0 THEN ready::double precision / hosts_most ELSE 0 END AS ready_low,
       CASE WHEN hosts_most > 0 THEN (hosts_most - not_ready)::double precision / hosts_most ELSE 1 END AS ready_high,
       CASE WHEN declared AND hosts_most > 0 THEN covered::double precision / hosts_most ELSE 0 END AS coverage_low,
       CASE WHEN hosts_most > 0 THEN covered::double precision / hosts_most ELSE 0 END AS coverage_high,
       least(waived, hosts_most - ready) AS waived,
       coalesce(k.name, 'none') AS weakest_evidence, valid_until, observed_at
FROM counted
LEFT JOIN rootshift.evidence_class k ON k.rank = counted.rank_weakest;

CREATE VIEW rootshift.readiness_phase AS
SELECT p.campaign, p.version, p.name AS phase, p.ordinal, p.starts, p.ends, p.advised_by, p.ready_by, p.source, p.ended,
       CASE WHEN count(*) FILTER (WHERE r.verdict = 'not_ready') > 0 THEN 'not_ready'
            WHEN count(r.partner) > 0 AND count(r.partner) = count(*) FILTER (WHERE r.verdict = 'ready') THEN 'ready'
            ELSE 'unknown' END AS verdict,
       count(r.partner) AS partners,
       count(*) FILTER (WHERE r.verdict = 'ready') AS partners_ready,
       count(*) FILTER (WHERE r.verdict = 'not_ready') AS partners_not_ready,
       count(*) FILTER (WHERE r.verdict = 'unknown') AS partners_unknown,
       coalesce(sum(r.hosts_expected), 0) AS hosts_expected, coalesce(sum(r.hosts_seen), 0) AS hosts_seen,
       coalesce(sum(r.hosts_covered), 0) AS hosts_covered, coalesce(sum(r.hosts_ready), 0) AS hosts_ready,
       coalesce(sum(r.hosts_not_ready), 0) AS hosts_not_ready, coalesce(sum(r.hosts_unknown), 0) AS hosts_unknown,
       coalesce(sum(r.waived), 0) AS waived
FROM rootshift.phase_current p
LEFT JOIN rootshift.readiness_partner r ON r.campaign = p.campaign AND r.phase = p.name
GROUP BY p.campaign, p.version, p.name, p.ordinal, p.starts, p.ends, p.advised_by, p.ready_by, p.source, p.ended;

-- What else a person should know. A host's own verdict is compared with ours where both judged the
-- same version of the campaign.
CREATE VIEW rootshift.finding AS
SELECT e.partner, f.enrolment, h.name AS host, f.code, f.subject, f.text, 'host' AS source,
       NULL::text AS campaign -- it concerns every campaign
FROM rootshift.host_finding f
JOIN rootshift.host h ON h.enrolment = f.enrolment
JOIN rootshift.enrolment e ON e.key_id = f.enrolment
UNION ALL
SELECT r.partner, r.enrolment, r.host, 'verdict-differs', r.client,
       format('%s/%s: the host says %s (%s), the centre %s (%s)', r.campaign, r.phase, c.verdict, c.reason, r.judged, r.judged_reason),
       'centre', r.campaign
FROM rootshift.readiness_client r
JOIN rootshift.host_claim c ON c.enrolment = r.enrolment AND c.client = r.client AND c.campaign = r.campaign
     AND c.phase = r.phase AND c.version = r.version
WHERE c.verdict <> r.judged AND r.judged_reason <> 'store-pending'
UNION ALL
SELECT r.partner, r.enrolment, r.host, 'verdict-differs', r.host,
       format('%s/%s: the host says %s (%s) of itself, the centre %s (%s)', r.campaign, r.phase, c.verdict, c.reason, r.judged,
              array_to_string(r.judged_reasons, ', ')),
       'centre', r.campaign
FROM rootshift.readiness_host r
JOIN rootshift.host_claim c ON c.enrolment = r.enrolment AND c.client = '' AND c.campaign = r.campaign
     AND c.phase = r.phase AND c.version = r.version
WHERE c.verdict <> r.judged AND NOT 'store-pending' = ANY (r.judged_reasons)
UNION ALL
SELECT e.partner, b.enrolment, h.name, 'bound-to-validation', b.name,
       format('%s: %s is bound to %s (%s), which is not meant for production traffic', b.campaign, b.name, b.address, b.endpoint),
       'centre', b.campaign
FROM rootshift.host_bound b
JOIN rootshift.host h ON h.enrolment = b.enrolment
JOIN rootshift.enrolment e ON e.key_id = b.enrolment
WHERE b.use = 'validation'
UNION ALL
-- A boot id that comes back after another one: two machines under one key.
SELECT e.partner, e.key_id, e.host, 'cloned-identity', encode(e.key_id, 'hex'),
       'two machines report under this key: their boot ids alternate', 'centre', NULL
FROM rootshift.enrolment e
WHERE EXISTS (
    SELECT FROM (SELECT boot_id, lag(boot_id) OVER w AS before, row_number() OVER w AS at
                 FROM rootshift.host_change c WHERE c.enrolment = e.key_id WINDOW w AS (ORDER BY sequence)) s
    JOIN (SELECT boot_id, row_number() OVER (ORDER BY sequence) AS at
          FROM rootshift.host_change c WHERE c.enrolment = e.key_id) older
         ON older.boot_id = s.boot_id AND older.at < s.at - 1
    WHERE s.boot_id <> s.before);

-- Which pieces of a scan's work have an answer: of a name with several addresses the first that comes is one, and the
-- others follow at once. What failed for a reason of the scanner's own is none.
CREATE VIEW rootshift.scan_answer AS
SELECT t.scan, t.seq, t.hello, t.endpoint,
       EXISTS (SELECT FROM rootshift.scan_result r
               WHERE r.scan = t.scan AND r.seq = t.seq AND r.hello = t.hello AND r.class NOT LIKE 'local\_%') AS answered
FROM rootshift.scan_target t;

-- For each endpoint that is in use, and for the lines of lists (''), the newest scan that has an answer to
-- everything that was asked of it; none: `scan` is NULL. What came after as_of() is not known yet.
CREATE VIEW rootshift.endpoint_scanned AS
SELECT u.campaign, u.version, u.endpoint, s.id AS scan, s.started_at
FROM (SELECT e.campaign, e.version, e.name AS endpoint
      FROM rootshift.endpoint e
      JOIN rootshift.campaign_current c ON c.name = e.campaign AND c.version = e.version
      WHERE rootshift.as_of() >= e.starts AND rootshift.as_of() < coalesce(e.ends, 'infinity')
      UNION ALL
      SELECT c.name, c.version, '' FROM rootshift.campaign_current c) u
LEFT JOIN LATERAL (
    SELECT k.id, k.started_at
    FROM rootshift.scan k
    WHERE k.campaign = u.campaign AND k.started_at <= rootshift.as_of()
      AND EXISTS (SELECT FROM rootshift.scan_target t WHERE t.scan = k.id AND t.endpoint = u.endpoint)
      AND NOT EXISTS (SELECT FROM rootshift.scan_answer a WHERE a.scan = k.id AND a.endpoint = u.endpoint AND NOT a.answered)
    ORDER BY k.started_at DESC, k.id
    LIMIT 1) s ON true;

-- A campaign that was ever scanned goes on being: from then on its endpoints in use have an age.
CREATE VIEW rootshift.scan_health AS
SELECT c.name AS campaign,
       (SELECT count(*) FROM rootshift.scan k WHERE k.campaign = c.name AND k.started_at <= rootshift.as_of()) AS scans,
       count(e.endpoint) FILTER (WHERE e.scan IS NULL) AS endpoints_unscanned,
       coalesce(extract(epoch FROM max(rootshift.as_of() - e.started_at)), 0) AS scan_age_s
FROM rootshift.campaign_current c
LEFT JOIN rootshift.endpoint_scanned e ON e.campaign = c.name AND e.endpoint <> ''
GROUP BY c.name;

-- Whether the numbers above can be relied on.
CREATE VIEW rootshift.pipeline_health AS
SELECT (SELECT count(*) FROM rootshift.ingest_offset) AS partitions,
       (SELECT coalesce(sum(records), 0) FROM rootshift.ingest_offset) AS records,
       (SELECT coalesce(extract(epoch FROM max(greatest(rootshift.as_of() - coalesce(caught_up_at, '-infinity'), interval '0'))), 0)
        FROM rootshift.ingest_offset WHERE caught_up_at IS NOT NULL) AS lag_age_s,
       (SELECT count(*) FROM rootshift.ingest_offset WHERE caught_up_at IS NULL) AS partitions_behind,
       (SELECT count(*) FROM rootshift.dead_letter) AS dead_letters,
       (SELECT count(*) FROM rootshift.quarantine) AS quarantined,
       (SELECT count(*) FROM rootshift.gap WHERE closed_at IS NULL) AS gaps_open;

-- Instants as people and machines read them.
CREATE OR REPLACE FUNCTION rootshift.local_text(at timestamptz, zone text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(at AT TIME ZONE zone,
                  CASE WHEN (at AT TIME ZONE zone)::time = '00:00' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI' END) $$;
CREATE OR REPLACE FUNCTION rootshift.iso_text(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') $$;
-- Whole days on the calendar of the zone: 0 is today.
CREATE OR REPLACE FUNCTION rootshift.days_until(at timestamptz, zone text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (at AT TIME ZONE zone)::date - (rootshift.as_of() AT TIME ZONE zone)::date $$;
