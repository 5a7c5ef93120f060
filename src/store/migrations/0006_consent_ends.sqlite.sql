-- What became of each consent, for whoever began it and waits elsewhere. Kept a while longer than the consent.
CREATE TABLE consent_ends (
    digest     TEXT PRIMARY KEY,
    kind       TEXT NOT NULL DEFAULT 'connections' CHECK (kind = 'connections'),
    connection TEXT NOT NULL,
    user       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'connected', 'failed')),
    message    TEXT NOT NULL,
    expires    TEXT NOT NULL,
    FOREIGN KEY (kind, connection) REFERENCES objects (kind, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_ends_by_connection ON consent_ends (connection);
