-- What webhooks have to deliver, and how each try went. All of it goes with its webhook.

-- `request` is sealed: it holds what an event said. Credentials and other secrets are never in it.
CREATE TABLE deliveries (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    kind         TEXT    NOT NULL DEFAULT 'webhooks' CHECK (kind = 'webhooks'),
    webhook      TEXT    NOT NULL,
    host         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    tries        INTEGER NOT NULL,
    created      TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    due          TEXT    NOT NULL,
    lease_owner  TEXT,
    lease_until  TEXT,
    finished     TEXT,
    reason       TEXT    NOT NULL,
    request      BLOB    NOT NULL,
    FOREIGN KEY (kind, webhook) REFERENCES objects (kind, name) ON DELETE CASCADE
) STRICT;

CREATE INDEX deliveries_by_due ON deliveries (due) WHERE state = 'pending';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook);

CREATE TABLE attempts (
    delivery TEXT    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    at       TEXT    NOT NULL,
    millis   INTEGER NOT NULL,
    result   TEXT    NOT NULL,
    status   INTEGER,
    message  TEXT    NOT NULL,
    excerpt  TEXT    NOT NULL,
    PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
