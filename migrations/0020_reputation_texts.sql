-- Personal text of reputation, beside the log: sealed under a key of its subject's, which can be destroyed.
CREATE TABLE reputation_text_keys (
  id TEXT PRIMARY KEY,
  document TEXT NOT NULL UNIQUE,       -- the subject's reputation document
  sealed TEXT NOT NULL,                -- the key, sealed under the service's secret
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE reputation_texts (
  document TEXT NOT NULL,
  operation TEXT NOT NULL,             -- D of what commits to it: another that commits to the same shows nothing by it
  digest TEXT NOT NULL,                -- base64url(SHA-256) of the disclosure, as the operation commits to it
  key TEXT NOT NULL,                   -- what has no key any more is gone
  sealed TEXT NOT NULL,
  PRIMARY KEY (document, operation, digest)
) WITHOUT ROWID;
CREATE INDEX reputation_texts_key ON reputation_texts (key);

-- Texts that were erased or dropped: that is said of them, and whoever brings one again brings it in vain.
CREATE TABLE reputation_texts_forgotten (
  document TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (document, digest)
) WITHOUT ROWID;
