-- Organisations: what reputation asks of their logs, and that they can be closed.
ALTER TABLE organizations ADD COLUMN closed_seq INTEGER;     -- place of the entry that closed it
ALTER TABLE organizations ADD COLUMN closed_at INTEGER;
ALTER TABLE organizations ADD COLUMN closed_by TEXT;         -- owner or service
ALTER TABLE organizations ADD COLUMN closed_reason TEXT;

-- Place of the entry that said since when others may have had the key.
ALTER TABLE organization_keys ADD COLUMN compromised_seq INTEGER;

-- Every role that was ever given; from when to when stands with its entry in grants.
CREATE TABLE organization_roles (
  entry TEXT PRIMARY KEY,              -- digest of the entry that gave it
  organization TEXT NOT NULL,          -- the document
  user TEXT NOT NULL,
  role TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX organization_roles_user ON organization_roles (user, organization);
CREATE INDEX organization_roles_organization ON organization_roles (organization, user);

-- The fields that an organisation attests in, and those that it once did.
CREATE TABLE organization_fields (
  document TEXT NOT NULL,
  field TEXT NOT NULL,
  name TEXT NOT NULL,
  codes TEXT,                          -- JSON: URIs of ESCO, codes of O*NET
  entry TEXT,                          -- digest of the latest SET_FIELDS; NULL once dropped
  operation TEXT,                      -- its operation digest: what an attestation names as its ground
  PRIMARY KEY (document, field)
) WITHOUT ROWID;

-- What organisations of before have said, as a replay would have it.
INSERT INTO organization_roles (entry, organization, user, role)
  SELECT e.digest, d.id,
    CASE json_extract(e.action, '$.type') WHEN 'SET_MEMBER' THEN json_extract(e.action, '$.input.user')
      ELSE 'did:pkh:' || json_extract(e.action, '$.context.signer.user.networkId') || ':' ||
        json_extract(e.action, '$.context.signer.user.chainId') || ':' ||
        lower(json_extract(e.action, '$.context.signer.user.address')) END,
    CASE json_extract(e.action, '$.type') WHEN 'SET_MEMBER' THEN json_extract(e.action, '$.input.role') ELSE 'owner' END
  FROM entries e JOIN documents d ON d.doc = e.doc
  WHERE d.kind = 'renown/organization' AND e.scope = 'global'
    AND json_extract(e.action, '$.type') IN ('INIT', 'SET_MEMBER');
UPDATE organization_keys SET compromised_seq = (
  SELECT min(e.seq) FROM entries e JOIN documents d ON d.doc = e.doc
  WHERE d.id = organization_keys.document AND json_extract(e.action, '$.type') = 'RETIRE_KEY'
    AND json_extract(e.action, '$.input.key') = organization_keys.key
    AND json_extract(e.action, '$.input.compromisedFrom') IS NOT NULL)
  WHERE compromised_from IS NOT NULL;

-- States of before lack what is new; each is folded again from its log.
DELETE FROM snapshots WHERE doc IN (SELECT doc FROM documents WHERE kind = 'renown/organization');
