-- Read models: disposable, made by folding the log in order.
CREATE TABLE snapshots (
  doc INTEGER PRIMARY KEY REFERENCES documents (doc),
  length INTEGER NOT NULL,             -- entries of the stream `global` that are folded into the state
  state TEXT NOT NULL
);

-- What authority rests on: an entry that gives it, until another ends it.
CREATE TABLE grants (
  entry TEXT PRIMARY KEY,              -- digest of the entry that gives it
  seq INTEGER NOT NULL,
  ended INTEGER                        -- place of the entry that ended it
) WITHOUT ROWID;

-- What there is only one of: names, addresses with a profile, credential ids, signatures of suite 1.
CREATE TABLE claims (
  space TEXT NOT NULL,
  key TEXT NOT NULL,
  holder TEXT NOT NULL,                -- NULL where another holds it: no commit
  until INTEGER,                       -- milliseconds; NULL for ever
  PRIMARY KEY (space, key)
) WITHOUT ROWID;
CREATE INDEX claims_until ON claims (until) WHERE until IS NOT NULL;

CREATE TABLE delegations (
  document TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  entry TEXT NOT NULL,
  subject TEXT NOT NULL,               -- the wallet's DID
  address TEXT NOT NULL,               -- its address in lower case: a proof by recovery speaks for it on every chain
  app TEXT NOT NULL,                   -- the key's DID
  label TEXT NOT NULL,                 -- what the proof calls the app
  limits TEXT NOT NULL,                -- JSON: null for nothing said, else the entries; ["none"] for logging in only
  method TEXT NOT NULL,
  granted_seq INTEGER NOT NULL,
  granted_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_seq INTEGER,
  revoked_at INTEGER,
  revoked_by TEXT,
  revocation_reason TEXT,
  compromised_from INTEGER,
  compromised_seq INTEGER
);
CREATE INDEX delegations_app ON delegations (app, address, granted_seq);
CREATE INDEX delegations_address ON delegations (address, document);

CREATE TABLE renown_credentials (
  document TEXT PRIMARY KEY,
  credential_id TEXT NOT NULL,
  issuer_address TEXT NOT NULL,        -- lower case
  issuer_chain INTEGER NOT NULL,
  subject_id TEXT NOT NULL,
  subject_app TEXT NOT NULL,
  issuance_date TEXT NOT NULL,         -- as signed
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  body TEXT NOT NULL,                  -- the credential with its proof, members in order of arrival
  revoked_at TEXT,                     -- as shown
  revocation_reason TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX renown_credentials_id ON renown_credentials (credential_id);
CREATE INDEX renown_credentials_issuer ON renown_credentials (issuer_address, subject_id);
CREATE INDEX renown_credentials_subject ON renown_credentials (subject_id);

CREATE TABLE profiles (
  document TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  eth_address TEXT,                    -- as set, checksummed or not
  address_folded TEXT,                 -- lower case
  chain_id INTEGER,                    -- NULL where the address counts on every chain
  username TEXT,
  username_folded TEXT,
  user_image TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX profiles_address ON profiles (address_folded);
CREATE INDEX profiles_username ON profiles (username_folded);
