-- Of whose score a credential speaks; NULL in those of other types, and where it was issued before that was kept.
ALTER TABLE issued_credentials ADD COLUMN about TEXT;

-- By address, since whoever leaves by a key of its own leaves on every chain; without `about`, by who was given it.
DROP INDEX issued_credentials_scores;
CREATE INDEX issued_credentials_scores ON issued_credentials (substr(coalesce(about, subject), -42))
  WHERE type = 'ReputationScoreCredential' AND revoked_at IS NULL;
