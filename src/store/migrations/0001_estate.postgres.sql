-- What is live, who may use it, and what was done about it.
-- Text compares byte by byte whatever the database's language is: COLLATE "C".

CREATE TABLE objects (
    kind     TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    body     TEXT        NOT NULL,
    owner    TEXT,
    revision BIGINT      NOT NULL,
    applied  TEXT,
    script   BYTEA,
    detached BOOLEAN     NOT NULL DEFAULT FALSE,
    created  TIMESTAMPTZ NOT NULL,
    updated  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, name)
);

-- Who refers to whom, kept beside the bodies so that a deletion need not read them all.
CREATE TABLE links (
    kind        TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    target_kind TEXT COLLATE "C" NOT NULL,
    target_name TEXT COLLATE "C" NOT NULL,
    link        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, name, target_kind, target_name, link),
    FOREIGN KEY (kind, name) REFERENCES objects ON DELETE CASCADE
);

CREATE INDEX links_by_target ON links (target_kind, target_name);

-- Sealed by the vault; the field is a JSON pointer into the body.
CREATE TABLE secrets (
    kind        TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    field       TEXT COLLATE "C" NOT NULL,
    sealed      BYTEA NOT NULL,
    fingerprint TEXT  NOT NULL,
    PRIMARY KEY (kind, name, field),
    FOREIGN KEY (kind, name) REFERENCES objects ON DELETE CASCADE
);

-- The owner of a connection is the user ''.
CREATE TABLE authorizations (
    kind       TEXT COLLATE "C" NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT COLLATE "C" NOT NULL,
    "user"     TEXT COLLATE "C" NOT NULL,
    state      TEXT        NOT NULL,
    message    TEXT        NOT NULL,
    updated    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (connection, "user"),
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
);

CREATE TABLE audit (
    seq      BIGINT PRIMARY KEY,
    at       TIMESTAMPTZ NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    address  TEXT,
    outcome  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest   TEXT NOT NULL
);

CREATE TABLE spent_plans (
    plan_id TEXT COLLATE "C" PRIMARY KEY,
    at      TIMESTAMPTZ NOT NULL
);

CREATE TABLE done_steps (
    key     TEXT COLLATE "C" PRIMARY KEY,
    action  TEXT NOT NULL,
    address TEXT NOT NULL,
    answer  TEXT NOT NULL,
    at      TIMESTAMPTZ NOT NULL
);

-- One row: the revision counter, the record that only the right master key opens, and the audit's end. It changes with every
-- use, so there is room for its versions on its page.
CREATE TABLE meta (
    one          BIGINT PRIMARY KEY CHECK (one = 1),
    revision     BIGINT NOT NULL,
    vault_check  BYTEA,
    audit_seq    BIGINT NOT NULL,
    audit_digest TEXT   NOT NULL
) WITH (fillfactor = 10);

INSERT INTO meta VALUES (1, 0, NULL, 0, '0000000000000000000000000000000000000000000000000000000000000000');
