-- Partners and campaigns: what the owner says. Everything named inside a campaign is keyed by
-- (campaign, version, name), so that an older version can still be read by what was decided on it.

CREATE TABLE rootshift.partner (
    id             text PRIMARY KEY,
    name           text NOT NULL,
    language       text NOT NULL CHECK (language IN ('en', 'zh')),
    contact        text NOT NULL,
    expected_hosts integer CHECK (expected_hosts >= 0),                          -- NULL: the partner has not said
    traffic_share  double precision CHECK (traffic_share BETWEEN 0 AND 1),
    critical       boolean NOT NULL,
    cohort         text NOT NULL,
    networks       cidr[] NOT NULL,
    imported_at    timestamptz NOT NULL -- arrival
);

CREATE TABLE rootshift.campaign (
    name        text,
    version     integer CHECK (version > 0),
    digest      bytea NOT NULL,
    title_en    text NOT NULL,
    title_zh    text NOT NULL,
    contact_en  text NOT NULL,
    contact_zh  text NOT NULL,
    zone        text NOT NULL,
    ends        timestamptz NOT NULL,
    ends_source text NOT NULL,
    document    text NOT NULL, -- the whole campaign as it travels: campaign_pack()
    applied_at  timestamptz NOT NULL, -- arrival
    PRIMARY KEY (name, version)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rootshift.campaign
    FOR EACH STATEMENT EXECUTE FUNCTION rootshift.refuse_change();

CREATE TABLE rootshift.campaign_root (
    campaign     text,
    version      integer,
    name         text,
    role         text NOT NULL CHECK (role IN ('new', 'old', 'retired')),
    label        text NOT NULL,
    sha256       bytea NOT NULL,
    key_identity bytea NOT NULL,
    pem          text NOT NULL,
    PRIMARY KEY (campaign, version, name),
    FOREIGN KEY (campaign, version) REFERENCES rootshift.campaign
);

CREATE TABLE rootshift.phase (
    campaign              text,
    version               integer,
    name                  text,
    ordinal               integer NOT NULL,
    note_en               text NOT NULL,
    note_zh               text NOT NULL,
    starts                timestamptz NOT NULL,
    ends                  timestamptz NOT NULL, -- exclusive
    advised_by            timestamptz,
    ready_by              timestamptz NOT NULL, -- exclusive
    source                text NOT NULL,
    advised_source        text NOT NULL,
    serves                text[] NOT NULL,
    cohorts               text[] NOT NULL,      -- empty: all
    gate_ready            double precision NOT NULL,
    gate_coverage         double precision NOT NULL,
    gate_ready_of_expected double precision NOT NULL,
    gate_waived_max       double precision NOT NULL,
    gate_min_evidence     text NOT NULL REFERENCES rootshift.evidence_class (name),
    gate_weigh_by         text NOT NULL CHECK (gate_weigh_by IN ('hosts', 'traffic', 'partners')),
    gate_critical_ready   boolean NOT NULL,
    gate_evidence_max_age interval NOT NULL,
    PRIMARY KEY (campaign, version, name),
    FOREIGN KEY (campaign, version) REFERENCES rootshift.campaign
);

CREATE TABLE rootshift.endpoint (
    campaign     text,
    version      integer,
    name         text,
    use          text NOT NULL,
    chain        text NOT NULL,
    server_names text[] NOT NULL,
    port         integer NOT NULL,
    addresses    text[] NOT NULL,
    request_path text,
    starts       timestamptz NOT NULL,
    ends         timestamptz, -- exclusive; NULL: no end
    source       text NOT NULL,
    PRIMARY KEY (campaign, version, name),
    FOREIGN KEY (campaign, version) REFERENCES rootshift.campaign
);

-- An accepted risk. It never turns anything green.
CREATE TABLE rootshift.waiver (
    campaign   text NOT NULL,
    phase      text NOT NULL,
    partner    text NOT NULL REFERENCES rootshift.partner,
    hosts      integer NOT NULL CHECK (hosts > 0),
    reason     text NOT NULL,
    requester  text NOT NULL,
    approver   text NOT NULL CHECK (approver <> requester),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (campaign, phase, partner, created_at)
);
