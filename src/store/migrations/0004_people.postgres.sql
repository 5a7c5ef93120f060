-- Who may ask for something, who applies what at the moment, and the applications of the portal.

CREATE TABLE users (
    name     TEXT COLLATE "C" PRIMARY KEY,
    kind     TEXT NOT NULL,
    title    TEXT NOT NULL,
    role     TEXT NOT NULL,
    created  TIMESTAMPTZ NOT NULL,
    updated  TIMESTAMPTZ NOT NULL,
    disabled TIMESTAMPTZ
);

-- `digest` is of the token's text, which is kept nowhere. `projects` is NULL where it is good for all of them.
CREATE TABLE tokens (
    id        TEXT COLLATE "C" PRIMARY KEY,
    "user"    TEXT COLLATE "C" NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    title     TEXT NOT NULL,
    digest    TEXT NOT NULL,
    scopes    TEXT NOT NULL,
    projects  TEXT,
    created   TIMESTAMPTZ NOT NULL,
    expires   TIMESTAMPTZ,
    last_used TIMESTAMPTZ,
    revoked   TIMESTAMPTZ
);

CREATE INDEX tokens_by_user ON tokens ("user");

-- One row for each project that was ever applied under a lease. It outlives the lease: the fence never moves back.
CREATE TABLE leases (
    project TEXT COLLATE "C" PRIMARY KEY,
    fence   BIGINT NOT NULL,
    holder  TEXT,
    claim   TEXT,
    since   TIMESTAMPTZ,
    until   TIMESTAMPTZ,
    CHECK ((holder IS NULL) = (claim IS NULL) AND (holder IS NULL) = (since IS NULL) AND (holder IS NULL) = (until IS NULL))
);

CREATE TABLE applications (
    name    TEXT COLLATE "C" PRIMARY KEY,
    title   TEXT NOT NULL,
    maker   TEXT NOT NULL,
    created TIMESTAMPTZ NOT NULL
);

-- Who made an object; NULL for those that were made before that was noted.
ALTER TABLE objects ADD COLUMN maker TEXT;

-- The application that somebody chose when authorizing; NULL where none was.
ALTER TABLE authorizations ADD COLUMN application TEXT;
ALTER TABLE consents ADD COLUMN application TEXT;
