-- What webhooks have to deliver, and how each try went. All of it goes with its webhook.

-- `request` is sealed: it holds what an event said. Credentials and other secrets are never in it.
CREATE TABLE deliveries (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          TEXT COLLATE "C" NOT NULL UNIQUE,
    kind        TEXT COLLATE "C" NOT NULL DEFAULT 'webhooks' CHECK (kind = 'webhooks'),
    webhook     TEXT COLLATE "C" NOT NULL,
    host        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    tries       BIGINT      NOT NULL,
    created     TIMESTAMPTZ NOT NULL,
    actor       TEXT        NOT NULL,
    due         TIMESTAMPTZ NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMPTZ,
    finished    TIMESTAMPTZ,
    reason      TEXT        NOT NULL,
    request     BYTEA       NOT NULL,
    FOREIGN KEY (kind, webhook) REFERENCES objects (kind, name) ON DELETE CASCADE
);

CREATE INDEX deliveries_by_due ON deliveries (due, seq) WHERE state = 'pending';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook);

CREATE TABLE attempts (
    delivery TEXT COLLATE "C" NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number   BIGINT      NOT NULL,
    at       TIMESTAMPTZ NOT NULL,
    millis   BIGINT      NOT NULL,
    result   TEXT        NOT NULL,
    status   BIGINT,
    message  TEXT        NOT NULL,
    excerpt  TEXT        NOT NULL,
    PRIMARY KEY (delivery, number)
);
