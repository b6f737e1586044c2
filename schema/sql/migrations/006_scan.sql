-- What endpoints serve, as scanners see it.

-- What the centre asked for. `published_at` is NULL until Kafka has every target of it.
CREATE TABLE rootshift.scan (
    id           text PRIMARY KEY,
    campaign     text, -- NULL: of a target list alone
    depth        text NOT NULL,
    started_at   timestamptz NOT NULL,
    published_at timestamptz -- arrival
);
CREATE INDEX ON rootshift.scan (campaign, started_at);

-- One piece of work: shake hands once, or once with each address that the name turns out to have.
CREATE TABLE rootshift.scan_target (
    scan     text REFERENCES rootshift.scan,
    seq      bigint,
    hello    text,
    endpoint text NOT NULL, -- of the campaign; '': a line of a list
    name     text NOT NULL, -- '': no server name
    address  text NOT NULL, -- '': as resolved
    port     integer NOT NULL,
    tag      text NOT NULL,
    PRIMARY KEY (scan, seq, hello)
);
CREATE INDEX ON rootshift.scan_target (scan, endpoint);

-- What came back. The first result of a key is the one that counts; a run that nobody here started has results
-- and no row in `scan`, and counts nowhere.
CREATE TABLE rootshift.scan_result (
    scan       text,
    seq        bigint,
    address    text, -- '': it never came to one
    hello      text,
    name       text NOT NULL,
    port       integer NOT NULL, -- 0: the target was none
    stage      text NOT NULL,
    class      text NOT NULL,
    detail     text NOT NULL,
    alert      integer,
    tls        text,
    cipher     text,
    key_group  text,
    via        text,
    chain      bytea, -- NULL: none was shown
    started_at timestamptz NOT NULL,
    elapsed_ms bigint NOT NULL,
    PRIMARY KEY (scan, seq, address, hello)
);

-- A chain as it was served; `id` is SHA-256 over the SHA-256 of its certificates.
CREATE TABLE rootshift.served_chain (
    id           bytea PRIMARY KEY,
    certificates bytea[] NOT NULL
);

-- Which of a campaign's chains that is.
CREATE TABLE rootshift.served_as (
    chain    bytea REFERENCES rootshift.served_chain,
    campaign text,
    version  integer,
    name     text, -- NULL: none of the campaign's
    PRIMARY KEY (chain, campaign, version),
    FOREIGN KEY (campaign, version) REFERENCES rootshift.campaign
);

-- Every chain that an address ever showed to our scans: who went back to an older one is read from here.
CREATE TABLE rootshift.address_chain (
    name       text,
    address    text,
    port       integer,
    hello      text,
    chain      bytea REFERENCES rootshift.served_chain,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    PRIMARY KEY (name, address, port, hello, chain)
);
