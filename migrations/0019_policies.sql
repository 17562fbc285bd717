-- How facts become scores: read models of the logs of policies.
CREATE TABLE policies (
  document TEXT PRIMARY KEY,
  name TEXT NOT NULL,                  -- of the latest version
  owner TEXT NOT NULL,                 -- did:pkh, '' for the service
  alias TEXT,                          -- by which the service finds its own
  latest INTEGER NOT NULL,
  hash TEXT NOT NULL,
  created_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX policies_alias ON policies (alias) WHERE alias IS NOT NULL;
CREATE INDEX policies_created ON policies (created_seq);

CREATE TABLE policy_versions (
  document TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,                  -- base64url(SHA-256(JCS(policy)))
  operation TEXT NOT NULL,
  entry TEXT NOT NULL,
  seq INTEGER NOT NULL,
  policy TEXT NOT NULL,                -- JSON, as signed
  published_at INTEGER NOT NULL,
  superseded_at INTEGER,               -- when its owner said so
  PRIMARY KEY (document, version)
);
