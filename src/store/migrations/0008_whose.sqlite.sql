-- Whose account at the service a grant was that the service has still to be told of; NULL where that is not known.
ALTER TABLE revocations ADD COLUMN account TEXT;

-- The login user on whose behalf a delivery is sent; empty where its connection uses its owner's credentials, or it has none.
ALTER TABLE deliveries ADD COLUMN user TEXT NOT NULL DEFAULT '';
