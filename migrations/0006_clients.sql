-- What clients leave here between two of their requests. None of it stands in the log.

-- Ids that somebody asked for: a document begins only with its first action.
CREATE TABLE asked_documents (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  asked_at INTEGER NOT NULL,           -- milliseconds
  expires_at INTEGER NOT NULL
);
CREATE INDEX asked_documents_expiry ON asked_documents (expires_at);

CREATE TABLE console_sessions (
  id TEXT PRIMARY KEY,                 -- chosen by the client
  connect TEXT,                        -- the key that it was opened for; NULL until a page has seen it
  app TEXT,
  status TEXT NOT NULL,                -- pending, ready, read, denied or closed
  credential TEXT,                     -- the document of the credential that completed it
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX console_sessions_expiry ON console_sessions (expires_at);

-- RFC 8628.
CREATE TABLE device_codes (
  hash TEXT PRIMARY KEY,               -- base64url(SHA-256(device code)); the code itself is nowhere
  user_code TEXT NOT NULL UNIQUE,      -- without its hyphen
  app TEXT NOT NULL,                   -- the key that asks
  may TEXT,                            -- JSON: the limits asked for; NULL where nothing was said
  label TEXT NOT NULL,
  status TEXT NOT NULL,                -- pending, approved, denied or spent
  delegation TEXT,                     -- the document of the delegation that approved it
  wait INTEGER NOT NULL,               -- seconds between two polls
  polled_at INTEGER,
  expires_at INTEGER NOT NULL
);
CREATE INDEX device_codes_expiry ON device_codes (expires_at);

-- What a subject wishes for the page about it.
CREATE TABLE profile_settings (
  document TEXT PRIMARY KEY,
  show_ens INTEGER NOT NULL            -- 0 or 1
);
