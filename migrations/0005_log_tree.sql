-- Hashes of complete subtrees of 2^8 and more entries, so that the root of a long log is quickly found (RFC 6962).
-- Disposable: made again from the entries when asked for.
CREATE TABLE tree_nodes (
  level INTEGER NOT NULL,              -- the subtree has 2^level leaves
  idx INTEGER NOT NULL,                -- which one of that size, from 0
  hash TEXT NOT NULL,                  -- base64url
  PRIMARY KEY (level, idx)
);
