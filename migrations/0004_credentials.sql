CREATE TABLE status_lists (
  id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  size INTEGER NOT NULL,               -- entries
  created_at INTEGER NOT NULL
);

CREATE TABLE issued_credentials (
  id TEXT PRIMARY KEY,                 -- UUID, the last part of the credential's own id
  subject TEXT NOT NULL,
  type TEXT NOT NULL,
  jwt TEXT NOT NULL,                   -- byte for byte as issued
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status_list TEXT NOT NULL REFERENCES status_lists (id),
  status_index INTEGER NOT NULL,
  revoked_at INTEGER,
  revoked_by TEXT,
  UNIQUE (status_list, status_index)
);
CREATE INDEX issued_credentials_subject ON issued_credentials (subject, issued_at, id);
-- Answers "anything new?" for a status list without reading the credentials that stand.
CREATE INDEX issued_credentials_revoked ON issued_credentials (status_list, revoked_at, status_index)
  WHERE revoked_at IS NOT NULL;
