-- How far each partition was read, and what could not be used.

-- The authority for offsets. `epoch` fences: whoever was assigned the partition last has the highest,
-- and every batch is guarded by it and by the offset it starts from.
CREATE TABLE rootshift.ingest_offset (
    topic        text,
    partition    integer,
    epoch        bigint NOT NULL, -- arrival
    next_offset  bigint NOT NULL,
    records      bigint NOT NULL,
    owner        text NOT NULL, -- arrival
    caught_up_at timestamptz, -- arrival
    updated_at   timestamptz NOT NULL, -- arrival
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- Records that the log lost before we read them: unknown readiness, not zero. Closed by a person.
CREATE TABLE rootshift.gap (
    topic       text,
    partition   integer,
    from_offset bigint,
    to_offset   bigint NOT NULL,
    cause       text NOT NULL,
    found_at    timestamptz NOT NULL, -- arrival
    closed_at   timestamptz,
    closed_by   text,
    PRIMARY KEY (topic, partition, from_offset)
);

-- Cannot be read. `topic` of a file is `file/` and its SHA-256, `record_offset` the record's number in it.
CREATE TABLE rootshift.dead_letter (
    topic         text,
    partition     integer,
    record_offset bigint,
    reason        text NOT NULL,
    bytes         bytea NOT NULL,
    received_at   timestamptz NOT NULL, -- arrival
    PRIMARY KEY (topic, partition, record_offset)
);

-- Can be read and is not believed: visible until a person binds the key or throws it away.
CREATE TABLE rootshift.quarantine (
    topic         text,
    partition     integer,
    record_offset bigint,
    key_id        bytea NOT NULL,
    schema        text NOT NULL,
    reason        text NOT NULL,
    bytes         bytea NOT NULL,
    received_at   timestamptz NOT NULL, -- arrival
    PRIMARY KEY (topic, partition, record_offset)
);
