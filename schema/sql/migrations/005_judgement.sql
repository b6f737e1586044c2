-- What the centre makes of it.

-- The verdict on one trust set under one model in one phase is a step function of the instant for
-- which it is asked: a row holds for `holds_from` <= time < `holds_until`. So each question with its
-- own --time is answered by reading.
CREATE TABLE rootshift.verdict (
    trust_set   bytea REFERENCES rootshift.trust_set,
    model       text,
    campaign    text,
    version     integer,
    phase       text,
    engine      integer,
    catalogue   integer,
    holds_from  timestamptz,
    holds_until timestamptz NOT NULL,
    verdict     text NOT NULL CHECK (verdict IN ('ready', 'not_ready', 'unknown')),
    reason      text NOT NULL,
    evidence    text NOT NULL REFERENCES rootshift.evidence_class (name),
    valid_until timestamptz, -- NULL: no chain loses its last path
    chain       text,        -- which chain decided it
    ended       boolean NOT NULL,
    PRIMARY KEY (trust_set, model, campaign, version, phase, engine, catalogue, holds_from),
    FOREIGN KEY (campaign, version, phase) REFERENCES rootshift.phase
);

-- Which engine's verdicts count: the newest that ever judged here.
CREATE TABLE rootshift.judged_by (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    engine    integer NOT NULL,
    catalogue integer NOT NULL
);

-- Decisions of the gate: `input` is all that was looked at, and suffices to decide again.
CREATE TABLE rootshift.decision (
    number     bigint PRIMARY KEY,
    campaign   text NOT NULL,
    version    integer NOT NULL,
    phase      text NOT NULL,
    as_of      timestamptz NOT NULL,
    verdict    text NOT NULL CHECK (verdict IN ('go', 'no-go', 'inconclusive')),
    input      text NOT NULL,  -- JSON, byte for byte what was hashed
    previous   bytea NOT NULL, -- `hash` of the row before; 32 zero bytes for the first
    hash       bytea NOT NULL, -- SHA-256 over previous, then the signed text
    key_id     bytea NOT NULL,
    public_key bytea NOT NULL,
    signature  bytea NOT NULL, -- Ed25519 by the centre over hash
    asked_by   text NOT NULL,
    made_at    timestamptz NOT NULL -- arrival
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rootshift.decision
    FOR EACH STATEMENT EXECUTE FUNCTION rootshift.refuse_change();

-- What was told to whom, so that the next export can say what is new.
CREATE TABLE rootshift.outreach_export (
    campaign    text,
    partner     text,
    exported_at timestamptz, -- arrival
    items       text[] NOT NULL,
    PRIMARY KEY (campaign, partner, exported_at)
);
