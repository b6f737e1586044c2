-- Where a batch lies before it is merged; one set of tables a connection, empty between transactions.
CREATE TEMPORARY TABLE staged (
    ordinal       integer PRIMARY KEY, -- the order in which records came
    topic         text NOT NULL,
    partition     integer NOT NULL,
    record_offset bigint NOT NULL,
    kind          text NOT NULL,
    key_id        bytea,
    schema        text,
    reason        text,
    sequence      numeric NOT NULL,
    observed_at   timestamptz,
    evidence_at   timestamptz,
    received_at   timestamptz NOT NULL,
    trust_set     bytea,
    bytes         bytea,
    content       jsonb
) ON COMMIT DELETE ROWS;

-- Reports that are newer than what is known, each with its state before and its place among its host's.
CREATE TEMPORARY TABLE accepted (
    key_id      bytea NOT NULL,
    ordinal     integer NOT NULL,
    sequence    numeric NOT NULL,
    observed_at timestamptz NOT NULL,
    evidence_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    state       bytea NOT NULL,
    changed     boolean NOT NULL,
    newest      boolean NOT NULL,
    content     jsonb NOT NULL
) ON COMMIT DELETE ROWS;
