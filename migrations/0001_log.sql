-- The log. Everything in 0002 can be dropped and made again from these two tables.
CREATE TABLE documents (
  doc INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL
);

CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,             -- place in commit order, without gaps
  doc INTEGER NOT NULL REFERENCES documents (doc),
  scope TEXT NOT NULL,
  branch TEXT NOT NULL,
  idx INTEGER NOT NULL,                -- place within the stream; NULL where the entry before it is missing: no commit
  action_id BLOB NOT NULL,             -- the 16 bytes of the UUID
  operation TEXT NOT NULL,             -- operation digest D
  digest TEXT NOT NULL,                -- entry digest
  binding TEXT NOT NULL,
  authority_by TEXT NOT NULL,
  authority INTEGER NOT NULL,          -- place of the entry that gives it, 0 for none; NULL where it has ended: no commit
  admitted_at INTEGER NOT NULL,        -- milliseconds
  latest_at INTEGER NOT NULL,          -- the latest admitted_at up to this place, so it never falls and can be bisected
  action TEXT NOT NULL,                -- the action as parsed, in order of arrival; never JSON or a timestamp
  UNIQUE (doc, scope, branch, idx),
  UNIQUE (doc, action_id)
);
-- Twelve characters are enough to find a digest by, and a third of the room.
CREATE INDEX entries_operation ON entries (doc, substr(operation, 1, 12));
