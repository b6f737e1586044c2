-- What hosts say. The current state is replaced by each newer report; every change is also kept.
-- Nothing here that a host claims about its own readiness is read by any roll-up: host_claim exists
-- to be compared with our own judgement.

CREATE TABLE rootshift.token (
    id         bytea PRIMARY KEY,
    secret     bytea NOT NULL,
    partner    text NOT NULL REFERENCES rootshift.partner,
    created_at timestamptz NOT NULL, -- arrival
    expires_at timestamptz NOT NULL
);

CREATE TABLE rootshift.enrolment (
    key_id      bytea PRIMARY KEY,
    public_key  bytea NOT NULL,
    partner     text NOT NULL REFERENCES rootshift.partner,
    host        text NOT NULL,
    environment text NOT NULL,
    token       bytea REFERENCES rootshift.token, -- NULL: bound by a person
    enrolled_at timestamptz NOT NULL
);
CREATE INDEX ON rootshift.enrolment (partner);

-- DER that manifests carried, under the name that their bytes have.
CREATE TABLE rootshift.certificate (
    sha256 bytea PRIMARY KEY,
    der    bytea NOT NULL CHECK (sha256(der) = sha256)
);

-- What some client's reader accepts. `id` is SHA-256 over all that is judged: entries with their key
-- identities, parameters and completeness; `digest` is the wire's name for it, without key identities.
CREATE TABLE rootshift.trust_set (
    id         bytea PRIMARY KEY,
    digest     bytea NOT NULL,
    complete   boolean NOT NULL,
    parameters text[] NOT NULL,
    entries    integer NOT NULL
);
CREATE TABLE rootshift.trust_entry (
    trust_set    bytea REFERENCES rootshift.trust_set,
    position     integer,
    sha256       bytea NOT NULL,
    key_identity bytea NOT NULL,
    marks        bigint NOT NULL,
    PRIMARY KEY (trust_set, position)
);

-- Which set a host means by a digest: its own manifest's, never another host's.
CREATE TABLE rootshift.manifest (
    enrolment bytea REFERENCES rootshift.enrolment,
    digest    bytea,
    trust_set bytea NOT NULL REFERENCES rootshift.trust_set,
    PRIMARY KEY (enrolment, digest)
);

-- Every (digest, model) that an accepted report of a host named: what has to be judged.
CREATE TABLE rootshift.trust_use (
    enrolment bytea REFERENCES rootshift.enrolment,
    digest    bytea,
    model     text,
    PRIMARY KEY (enrolment, digest, model)
);

CREATE TABLE rootshift.host (
    enrolment     bytea PRIMARY KEY REFERENCES rootshift.enrolment,
    sequence      numeric NOT NULL,     -- u64
    observed_at   timestamptz NOT NULL, -- as the host says
    evidence_at   timestamptz NOT NULL, -- age counts from here: the earliest of what host, skew and broker say -- arrival
    state_since   timestamptz NOT NULL, -- observed_at of the report that brought this state
    state         bytea NOT NULL,       -- SHA-256 of the state
    name          text NOT NULL,
    environment   text NOT NULL,
    os            text NOT NULL,
    kernel        text NOT NULL,
    boot_id       text NOT NULL,
    collector     text NOT NULL,
    engine        bigint NOT NULL,
    visibility    text NOT NULL,
    unread        text[] NOT NULL,
    clock_skew_ms bigint NOT NULL,
    received_at   timestamptz NOT NULL  -- arrival
) WITH (fillfactor = 80);

CREATE TABLE rootshift.host_client (
    enrolment             bytea REFERENCES rootshift.host,
    id                    text,
    runtime               text NOT NULL,
    version               text NOT NULL,
    executable            text NOT NULL,
    model                 text NOT NULL,
    relevance             text NOT NULL,
    stores                text[] NOT NULL,
    trust_set             bytea NOT NULL,
    trust_set_before      bytea,           -- what the running process can have read
    restart_needed        boolean NOT NULL,
    assumes_default_store boolean NOT NULL,
    unclaimed             boolean NOT NULL,
    settings              text[] NOT NULL,
    processes             integer[] NOT NULL,
    PRIMARY KEY (enrolment, id)
);

CREATE TABLE rootshift.host_claim (
    enrolment   bytea,
    client      text,
    campaign    text,
    phase       text,
    version     integer, -- of the campaign that the host judged by
    verdict     text NOT NULL,
    reason      text NOT NULL,
    evidence    text NOT NULL,
    fix         text[] NOT NULL,
    PRIMARY KEY (enrolment, client, campaign, phase)
);

CREATE TABLE rootshift.host_store (
    enrolment    bytea REFERENCES rootshift.host,
    id           text,
    path         text NOT NULL,
    format       text NOT NULL,
    state        text NOT NULL,
    certificates integer NOT NULL,
    digest       bytea NOT NULL,
    problem      text NOT NULL,
    roots        jsonb NOT NULL, -- {"g2": "trusted", …} as the host sees them
    PRIMARY KEY (enrolment, id)
);

CREATE TABLE rootshift.host_binding (
    enrolment bytea REFERENCES rootshift.host,
    name      text,
    source    text,
    addresses text[] NOT NULL,
    PRIMARY KEY (enrolment, name, source)
);

CREATE TABLE rootshift.host_finding (
    enrolment bytea REFERENCES rootshift.host,
    ordinal   integer,
    code      text NOT NULL,
    subject   text NOT NULL,
    text      text NOT NULL,
    PRIMARY KEY (enrolment, ordinal)
);

CREATE TABLE rootshift.host_probe (
    enrolment  bytea REFERENCES rootshift.host,
    ordinal    integer,
    campaign   text NOT NULL,
    endpoint   text NOT NULL,
    address    text NOT NULL,
    name       text NOT NULL,
    stage      text NOT NULL,
    class      text NOT NULL,
    detail     text NOT NULL,
    verdict    text NOT NULL,
    probed_at  timestamptz,
    PRIMARY KEY (enrolment, ordinal)
);

-- Each report that changed its host's state, whole: what the past is read from.
CREATE TABLE rootshift.host_change (
    enrolment   bytea REFERENCES rootshift.enrolment,
    sequence    numeric,
    observed_at timestamptz NOT NULL,
    boot_id     text NOT NULL,
    state       bytea NOT NULL,
    document    jsonb NOT NULL,
    PRIMARY KEY (enrolment, sequence)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rootshift.host_change
    FOR EACH STATEMENT EXECUTE FUNCTION rootshift.refuse_change();
