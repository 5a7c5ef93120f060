-- What people granted, what they are about to, and what has to be given back.

-- One row for each person whose credential was ever used or granted. The tokens are sealed; NULL once they are gone.
-- `generation` moves with every change of the tokens and never back. `spending` is the intent that is written before a
-- renewal is asked for; while the lease runs somebody is at it, and after that nobody knows what became of it.
-- `last_used` changes with every use, so there is room for versions on the pages.
CREATE TABLE grants (
    kind        TEXT COLLATE "C" NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection  TEXT COLLATE "C" NOT NULL,
    "user"      TEXT COLLATE "C" NOT NULL,
    generation  BIGINT  NOT NULL,
    sealed      BYTEA,
    granted     TEXT    NOT NULL,
    expires     TIMESTAMPTZ,
    ends        TIMESTAMPTZ,
    account     TEXT,
    spending    BOOLEAN NOT NULL DEFAULT FALSE,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    failures    BIGINT  NOT NULL DEFAULT 0,
    retry_at    TIMESTAMPTZ,
    last_used   TIMESTAMPTZ,
    last_error  TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (connection, "user"),
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
) WITH (fillfactor = 50);

-- Consents that were begun, under the digest of their state. Taken away in the transaction that reads them.
CREATE TABLE consents (
    digest     TEXT COLLATE "C" PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT COLLATE "C" NOT NULL,
    "user"     TEXT COLLATE "C" NOT NULL,
    sealed     BYTEA       NOT NULL,
    expires    TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
);

CREATE INDEX consents_by_connection ON consents (connection);

-- Grants that are not used any more and that their service has still to be told of.
CREATE TABLE revocations (
    id         TEXT COLLATE "C" PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT COLLATE "C" NOT NULL,
    "user"     TEXT COLLATE "C" NOT NULL,
    sealed     BYTEA       NOT NULL,
    due        TIMESTAMPTZ NOT NULL,
    tries      BIGINT      NOT NULL,
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
);

CREATE INDEX revocations_by_due ON revocations (due);
CREATE INDEX revocations_by_connection ON revocations (connection);
