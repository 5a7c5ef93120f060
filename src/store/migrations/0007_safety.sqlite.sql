-- A short-lived token is good only while the one is that it was made of; NULL for those that a person made.
ALTER TABLE tokens ADD COLUMN parent TEXT REFERENCES tokens (id) ON DELETE CASCADE;

CREATE INDEX tokens_by_parent ON tokens (parent);

-- Who began a consent, and so alone may finish it; empty for those that were begun before that was noted.
ALTER TABLE consents ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- A digest of all that was asked for under the key; NULL for what was done before that was noted.
ALTER TABLE done_steps ADD COLUMN asked TEXT;

-- The idempotency key under which a plan was spent, so that the same try is told from another one; NULL where there was none.
ALTER TABLE spent_plans ADD COLUMN key TEXT;
