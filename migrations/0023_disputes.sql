-- Disputes as those who rule over them look for them: by the organisation concerned, the latest first.
CREATE INDEX attestations_disputed_organization ON attestations (organization, disputed_seq)
  WHERE disputed_seq IS NOT NULL AND organization <> '';
CREATE INDEX attestations_disputed_context ON attestations (context, disputed_seq)
  WHERE disputed_seq IS NOT NULL AND context <> '';
CREATE INDEX attestations_disputed_work ON attestations (disputed_seq)
  WHERE disputed_seq IS NOT NULL AND standing = 'work';
CREATE INDEX evidence_disputes_seq ON evidence_disputes (disputed_seq);
