-- Who began a consent, and so alone may finish it; empty for those that were begun before that was noted.
ALTER TABLE consents ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- A digest of all that was asked for under the key; NULL for what was done before that was noted.
ALTER TABLE done_steps ADD COLUMN asked TEXT;

-- The idempotency key under which a plan was spent, so that the same try is told from another one; NULL where there was none.
ALTER TABLE spent_plans ADD COLUMN key TEXT;
