-- What an account publishes within a day is limited by its size.
ALTER TABLE policy_versions ADD COLUMN account TEXT NOT NULL DEFAULT '';   -- the owner's, on whatever chain
ALTER TABLE policy_versions ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;   -- of `policy`
UPDATE policy_versions SET bytes = length(CAST(policy AS BLOB)), account = (
  SELECT CASE WHEN owner LIKE 'did:pkh:%' THEN substr(owner, -42) ELSE owner END
  FROM policies WHERE policies.document = policy_versions.document);
CREATE INDEX policy_versions_account ON policy_versions (account, published_at, bytes);

-- Of whoever leaves, credentials of scores are revoked, whatever the chain.
CREATE INDEX issued_credentials_scores ON issued_credentials (substr(subject, -42))
  WHERE type = 'ReputationScoreCredential' AND revoked_at IS NULL;

-- States of before do not know how often their subjects have joined; each is folded again from its log.
DELETE FROM snapshots WHERE doc IN (SELECT doc FROM documents WHERE kind = 'renown/reputation');
