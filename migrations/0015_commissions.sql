-- Beside the log: credentials that organisations have had issued over the VC API with a status, and the lists of them.
CREATE TABLE commissions (
  organization TEXT NOT NULL,          -- its document
  credential TEXT NOT NULL,            -- the credential's own id
  purpose TEXT NOT NULL,               -- revocation or suspension
  list TEXT NOT NULL,
  place INTEGER NOT NULL,
  bit INTEGER NOT NULL,                -- 1 where the list says so
  changes INTEGER NOT NULL,            -- how often the bit has changed
  issued_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (organization, credential, purpose)
) WITHOUT ROWID;
CREATE UNIQUE INDEX commissions_place ON commissions (list, place);
CREATE INDEX commissions_bits ON commissions (list, place) WHERE bit = 1;

CREATE TABLE commission_lists (
  id TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  issuer TEXT NOT NULL,                -- the DID that its credentials are issued in
  purpose TEXT NOT NULL,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX commission_lists_organization ON commission_lists (organization, issuer, purpose, created_at);
