CREATE TABLE nonces (
  nonce TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,               -- sign-in or delegate
  statement TEXT NOT NULL,             -- what the message must say, word for word
  terms TEXT,                          -- JSON for delegate: {app, may, until}
  expires_at INTEGER NOT NULL,
  spent_at INTEGER
);
CREATE INDEX nonces_expiry ON nonces (expires_at);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,                 -- time and random bits in hex; the family of its refresh tokens
  user TEXT NOT NULL,                  -- did:pkh
  method TEXT NOT NULL,                -- how the wallet's proof was checked: recovery or contract
  agent TEXT NOT NULL,                 -- user agent at sign-in, shortened, for the list of sessions
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,         -- absolute end
  ended_at INTEGER
);
CREATE INDEX sessions_user ON sessions (user, id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  hash TEXT PRIMARY KEY,               -- base64url(SHA-256(token)); the token itself is nowhere
  session TEXT NOT NULL REFERENCES sessions (id),
  created_at INTEGER NOT NULL,
  used_at INTEGER
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session);
