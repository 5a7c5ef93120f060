-- What became of each consent, for whoever began it and waits elsewhere. Kept a while longer than the consent.
CREATE TABLE consent_ends (
    digest     TEXT COLLATE "C" PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT COLLATE "C" NOT NULL,
    "user"     TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'connected', 'failed')),
    message    TEXT        NOT NULL,
    expires    TIMESTAMPTZ NOT NULL,
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
);

CREATE INDEX consent_ends_by_connection ON consent_ends (connection);
