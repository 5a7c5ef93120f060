-- What people granted, what they are about to, and what has to be given back.

-- One row for each person whose credential was ever used or granted. The tokens are sealed; NULL once they are gone.
-- `generation` moves with every change of the tokens and never back. `spending` is the intent that is written before a
-- renewal is asked for; while the lease runs somebody is at it, and after that nobody knows what became of it.
CREATE TABLE grants (
    kind        TEXT    NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection  TEXT    NOT NULL,
    user        TEXT    NOT NULL,
    generation  INTEGER NOT NULL,
    sealed      BLOB,
    granted     TEXT    NOT NULL,
    expires     TEXT,
    ends        TEXT,
    account     TEXT,
    spending    INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until TEXT,
    failures    INTEGER NOT NULL DEFAULT 0,
    retry_at    TEXT,
    last_used   TEXT,
    last_error  TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (connection, user),
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Consents that were begun, under the digest of their state. Taken away in the transaction that reads them.
CREATE TABLE consents (
    digest     TEXT PRIMARY KEY,
    kind       TEXT NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT NOT NULL,
    user       TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    expires    TEXT NOT NULL,
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Grants that are not used any more and that their service has still to be told of.
CREATE TABLE revocations (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT NOT NULL,
    user       TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    due        TEXT NOT NULL,
    tries      INTEGER NOT NULL,
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX revocations_by_due ON revocations (due);
