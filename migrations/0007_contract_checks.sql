-- A delegation proved by contract is asked about again, so its row says what was asked first and when it was last told yes.
ALTER TABLE delegations ADD COLUMN as_checked TEXT;     -- JSON of the record; NULL where a key's own signature proved it
ALTER TABLE delegations ADD COLUMN checked_at INTEGER;  -- milliseconds
