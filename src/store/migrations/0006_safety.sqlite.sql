-- A digest of all that was asked for under the key; NULL for what was done before that was noted.
ALTER TABLE done_steps ADD COLUMN asked TEXT;
