-- Personal text of reputation, beside the log: sealed under a key of its subject's, which can be destroyed.
CREATE TABLE reputation_text_keys (
  id TEXT PRIMARY KEY,
  document TEXT NOT NULL UNIQUE,       -- the subject's reputation document
  sealed TEXT NOT NULL,                -- the key, sealed under the service's secret
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE reputation_texts (
  document TEXT NOT NULL,
  digest TEXT NOT NULL,                -- base64url(SHA-256) of the disclosure, as the operation commits to it
  key TEXT NOT NULL,                   -- what has no key any more is gone
  sealed TEXT NOT NULL,
  PRIMARY KEY (document, digest)
) WITHOUT ROWID;
CREATE INDEX reputation_texts_key ON reputation_texts (key);

-- When texts of a document were last erased, so that it can be said of what they opened.
CREATE TABLE reputation_erasures (
  document TEXT PRIMARY KEY,
  erased_at INTEGER NOT NULL
) WITHOUT ROWID;
