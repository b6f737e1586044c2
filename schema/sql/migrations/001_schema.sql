-- Everything lives in one schema, so that dropping or dumping it is one word.
CREATE SCHEMA IF NOT EXISTS rootshift;

CREATE TABLE rootshift.schema_version (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), -- arrival
    applied_by text NOT NULL DEFAULT current_user  -- arrival
);

-- The instant for which everything is asked: `--time`, else now. Set for one transaction by
-- SELECT set_config('rootshift.time', '2025-10-01T00:00:00Z', true).
CREATE FUNCTION rootshift.as_of() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('rootshift.time', true), '')::timestamptz, date_trunc('second', now())) $$;

-- History is written once.
CREATE FUNCTION rootshift.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;

-- The words of schema/campaign/verdict.h, with how long evidence of a class counts.
CREATE TABLE rootshift.evidence_class (
    name text PRIMARY KEY,
    rank integer NOT NULL UNIQUE,
    ttl  interval NOT NULL
);
INSERT INTO rootshift.evidence_class (name, rank, ttl) VALUES
    ('none', 0, '0'), ('declared', 1, '365 days'), ('listed_by_key', 2, '35 days'),
    ('listed', 3, '35 days'), ('probed', 4, '35 days'), ('live', 5, '7 days');
