-- When a grant was last renewed, as far back as services count: some lock a refresh token out that is used too often.
-- RFC 3339 times, the oldest first, as JSON.
ALTER TABLE grants ADD COLUMN renewals TEXT NOT NULL DEFAULT '[]';
