-- How programs of an organisation come in. The clients themselves stand in its log (organization_clients).

CREATE TABLE client_secrets (
  id TEXT PRIMARY KEY,
  client TEXT NOT NULL,                -- 22 characters of base64url; its ADD_CLIENT may be yet to come
  organization TEXT NOT NULL,          -- the document that it was handed out to: it serves in no other
  hash TEXT NOT NULL,                  -- base64url(SHA-256(secret)); the secret itself is nowhere
  created_at INTEGER NOT NULL,         -- milliseconds
  used_at INTEGER,
  expires_at INTEGER                   -- NULL: until it is rotated out or taken away
);
CREATE INDEX client_secrets_client ON client_secrets (client, organization);
CREATE INDEX client_secrets_organization ON client_secrets (organization);
CREATE INDEX client_secrets_age ON client_secrets (created_at);

-- Assertions (RFC 7523) that have been used: each serves once.
CREATE TABLE client_assertions (
  key TEXT PRIMARY KEY,                -- base64url(SHA-256(client and jti))
  expires_at INTEGER NOT NULL
);
CREATE INDEX client_assertions_expiry ON client_assertions (expires_at);

-- Answers to requests with an Idempotency-Key.
CREATE TABLE idempotent_answers (
  party TEXT NOT NULL,                 -- who asked
  key TEXT NOT NULL,                   -- base64url(SHA-256(Idempotency-Key))
  fingerprint TEXT NOT NULL,           -- keyed digest of method, path and body
  attempt TEXT NOT NULL,               -- who is at work on it, or was
  attempts INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  answer TEXT,                         -- sealed; NULL while the request is at work
  PRIMARY KEY (party, key)
);
CREATE INDEX idempotent_answers_expiry ON idempotent_answers (expires_at);
