-- Who may ask for something, who applies what at the moment, and the applications of the portal.

CREATE TABLE users (
    name     TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    title    TEXT NOT NULL,
    role     TEXT NOT NULL,
    created  TEXT NOT NULL,
    updated  TEXT NOT NULL,
    disabled TEXT
) STRICT, WITHOUT ROWID;

-- `digest` is of the token's text, which is kept nowhere. `projects` is NULL where it is good for all of them.
CREATE TABLE tokens (
    id        TEXT PRIMARY KEY,
    user      TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    title     TEXT NOT NULL,
    digest    TEXT NOT NULL,
    scopes    TEXT NOT NULL,
    projects  TEXT,
    created   TEXT NOT NULL,
    expires   TEXT,
    last_used TEXT,
    revoked   TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_by_user ON tokens (user);

-- One row for each project that was ever applied under a lease. It outlives the lease: the fence never moves back.
CREATE TABLE leases (
    project TEXT    PRIMARY KEY,
    fence   INTEGER NOT NULL,
    holder  TEXT,
    claim   TEXT,
    since   TEXT,
    until   TEXT,
    CHECK ((holder IS NULL) = (claim IS NULL) AND (holder IS NULL) = (since IS NULL) AND (holder IS NULL) = (until IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE applications (
    name    TEXT PRIMARY KEY,
    title   TEXT NOT NULL,
    maker   TEXT NOT NULL,
    created TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who made an object; NULL for those that were made before that was noted.
ALTER TABLE objects ADD COLUMN maker TEXT;

-- The application that somebody chose when authorizing; NULL where none was.
ALTER TABLE authorizations ADD COLUMN application TEXT;
ALTER TABLE consents ADD COLUMN application TEXT;
