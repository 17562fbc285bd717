-- Organisations: read models of their logs.
CREATE TABLE organizations (
  document TEXT PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  description TEXT,
  url TEXT,
  email TEXT,
  image TEXT,
  domain TEXT,
  domain_set_at INTEGER,
  domain_verified INTEGER NOT NULL,    -- 1 where the domain says that it is the organisation's
  domain_since INTEGER,                -- since when that is so without a break
  domain_checked_at INTEGER,           -- when what stands in the log was found out
  domain_method TEXT,
  domain_code TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX organizations_slug ON organizations (slug);
CREATE INDEX organizations_name ON organizations (name_folded);
CREATE INDEX organizations_domain ON organizations (domain) WHERE domain IS NOT NULL;

CREATE TABLE organization_members (
  document TEXT NOT NULL,
  user TEXT NOT NULL,                  -- the member's DID
  address TEXT NOT NULL,               -- its address in lower case
  role TEXT,                           -- NULL once removed
  entry TEXT NOT NULL,                 -- digest of the entry that gave the role
  operation TEXT NOT NULL,             -- its operation digest: what others name as their ground
  since INTEGER NOT NULL,
  PRIMARY KEY (document, user)
) WITHOUT ROWID;
CREATE INDEX organization_members_address ON organization_members (address, document);

CREATE TABLE organization_keys (
  document TEXT NOT NULL,
  key TEXT NOT NULL,                   -- did:key
  type TEXT NOT NULL,
  made INTEGER NOT NULL,               -- 1 where its private half was made here
  entry TEXT NOT NULL,
  operation TEXT NOT NULL,
  since INTEGER NOT NULL,
  retired_at INTEGER,
  compromised_from INTEGER,
  PRIMARY KEY (document, key)
) WITHOUT ROWID;

CREATE TABLE organization_clients (
  client TEXT PRIMARY KEY,
  document TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,                -- JSON
  mode TEXT NOT NULL,
  jwk TEXT,                            -- JSON, public
  entry TEXT NOT NULL,
  operation TEXT NOT NULL,
  since INTEGER NOT NULL,
  revoked_at INTEGER
) WITHOUT ROWID;
CREATE INDEX organization_clients_document ON organization_clients (document, since);

-- Beside the log: private halves of keys that were made here, sealed; each counts once the log has its key.
CREATE TABLE organization_private_keys (
  organization TEXT NOT NULL,
  key TEXT NOT NULL,
  sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization, key)
) WITHOUT ROWID;
CREATE INDEX organization_private_keys_created ON organization_private_keys (created_at);

-- Beside the log: when a domain was last looked at, whatever came of it.
CREATE TABLE organization_domain_checks (
  organization TEXT PRIMARY KEY,
  domain TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  confirmed_at INTEGER                 -- when it last said that it is the organisation's
) WITHOUT ROWID;
