-- What is live, who may use it, and what was done about it.

CREATE TABLE objects (
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    owner    TEXT,
    revision INTEGER NOT NULL,
    applied  TEXT,
    script   TEXT,
    detached INTEGER NOT NULL DEFAULT 0,
    created  TEXT    NOT NULL,
    updated  TEXT    NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT;

-- Who refers to whom, kept beside the bodies so that a deletion need not read them all.
CREATE TABLE links (
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_name TEXT NOT NULL,
    link        TEXT NOT NULL,
    PRIMARY KEY (kind, name, target_kind, target_name, link),
    FOREIGN KEY (kind, name) REFERENCES objects ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX links_by_target ON links (target_kind, target_name);

-- Sealed by the vault; the field is a JSON pointer into the body.
CREATE TABLE secrets (
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    field       TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (kind, name, field),
    FOREIGN KEY (kind, name) REFERENCES objects ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The owner of a connection is the user ''.
CREATE TABLE authorizations (
    kind       TEXT NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT NOT NULL,
    user       TEXT NOT NULL,
    state      TEXT NOT NULL,
    message    TEXT NOT NULL,
    updated    TEXT NOT NULL,
    PRIMARY KEY (connection, user),
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       TEXT NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    address  TEXT,
    outcome  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest   TEXT NOT NULL
) STRICT;

CREATE TABLE spent_plans (
    plan_id TEXT PRIMARY KEY,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE done_steps (
    key     TEXT PRIMARY KEY,
    action  TEXT NOT NULL,
    address TEXT NOT NULL,
    answer  TEXT NOT NULL,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: the revision counter, the record that only the right master key opens, and the audit's end.
CREATE TABLE meta (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    revision     INTEGER NOT NULL,
    vault_check  BLOB,
    audit_seq    INTEGER NOT NULL,
    audit_digest TEXT NOT NULL
) STRICT;

INSERT INTO meta VALUES (1, 0, NULL, 0, '0000000000000000000000000000000000000000000000000000000000000000');
