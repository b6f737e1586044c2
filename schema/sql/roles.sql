-- Who may do what. Made only by an owner that may make roles; others are told, and grant themselves.
DO $$
DECLARE
    role text;
    may_create boolean := (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user);
BEGIN
    FOREACH role IN ARRAY ARRAY['rootshift_ingest', 'rootshift_gate', 'rootshift_read', 'rootshift_dashboard',
                                'rootshift_partner'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role);
        IF NOT may_create THEN
            RAISE WARNING 'role % was not made: % may not make roles (CREATEROLE); its rights are granted once it exists and migrate runs again', role, current_user;
            CONTINUE;
        END IF;
        EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    END LOOP;
END $$;

DO $$
DECLARE
    rights constant text[][] := ARRAY[
        ['rootshift_ingest',    'SELECT',                 'ALL TABLES IN SCHEMA rootshift'],
        ['rootshift_ingest',    'INSERT',                 'TABLE rootshift.certificate, rootshift.trust_set, rootshift.trust_entry, rootshift.trust_use, rootshift.host_change, rootshift.dead_letter, rootshift.gap, rootshift.scan_target, rootshift.scan_result, rootshift.served_chain, rootshift.served_as'],
        ['rootshift_ingest',    'INSERT, UPDATE',         'TABLE rootshift.enrolment, rootshift.manifest, rootshift.host, rootshift.ingest_offset, rootshift.verdict, rootshift.judged_by, rootshift.scan, rootshift.address_chain'],
        ['rootshift_ingest',    'INSERT, UPDATE, DELETE', 'TABLE rootshift.quarantine, rootshift.host_client, rootshift.host_claim, rootshift.host_store, rootshift.host_binding, rootshift.host_finding, rootshift.host_probe'],
        ['rootshift_gate',      'SELECT',                 'ALL TABLES IN SCHEMA rootshift'],
        ['rootshift_gate',      'INSERT',                 'TABLE rootshift.decision, rootshift.outreach_export'],
        ['rootshift_read',      'SELECT',                 'ALL TABLES IN SCHEMA rootshift'],
        ['rootshift_dashboard', 'SELECT',                 'TABLE rootshift.readiness_client, rootshift.readiness_host, rootshift.readiness_partner, rootshift.readiness_phase, rootshift.finding, rootshift.pipeline_health'],
        ['rootshift_partner',   'SELECT',                 'TABLE rootshift.partner, rootshift.enrolment']];
    given text[];
BEGIN
    FOREACH given SLICE 1 IN ARRAY rights LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = given[1]);
        EXECUTE format('GRANT USAGE ON SCHEMA rootshift TO %I', given[1]);
        EXECUTE format('GRANT %s ON %s TO %I', given[2], given[3], given[1]);
    END LOOP;
    -- The secrets of tokens are for ingest alone.
    FOREACH given SLICE 1 IN ARRAY ARRAY[['rootshift_read'], ['rootshift_gate']] LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = given[1]);
        EXECUTE format('REVOKE ALL ON TABLE rootshift.token FROM %I', given[1]);
    END LOOP;
END $$;

-- A partner's own role sees its own rows: SET rootshift.partner = 'id'. Inside, everyone sees all.
ALTER TABLE rootshift.partner ENABLE ROW LEVEL SECURITY;
ALTER TABLE rootshift.enrolment ENABLE ROW LEVEL SECURITY;
DO $$
DECLARE
    own record;
BEGIN
    FOR own IN SELECT * FROM (VALUES ('partner', 'id'), ('enrolment', 'partner')) AS t (name, key) LOOP
        EXECUTE format('DROP POLICY IF EXISTS own_rows ON rootshift.%I', own.name);
        EXECUTE format('DROP POLICY IF EXISTS all_rows ON rootshift.%I', own.name);
        EXECUTE format('CREATE POLICY own_rows ON rootshift.%I FOR SELECT USING (%I = current_setting(''rootshift.partner'', true))', own.name, own.key);
        IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('rootshift_ingest', 'rootshift_gate', 'rootshift_read')) = 3 THEN
            EXECUTE format('CREATE POLICY all_rows ON rootshift.%I TO rootshift_ingest, rootshift_gate, rootshift_read USING (true) WITH CHECK (true)', own.name);
        END IF;
    END LOOP;
END $$;
