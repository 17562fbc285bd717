-- Read models of reputations: made by folding the log, like those in 0002. Whatever changes a number keeps the place in
-- the log at which it did, so that a score can be asked as of any place.
CREATE TABLE reputations (
  document TEXT PRIMARY KEY,
  subject TEXT NOT NULL,               -- a DID
  attestations INTEGER NOT NULL,       -- all that were ever made about it
  closed_seq INTEGER,
  closed_at INTEGER
);
CREATE INDEX reputations_subject ON reputations (subject);

CREATE TABLE attestations (
  operation TEXT PRIMARY KEY,          -- D of the ATTEST
  document TEXT NOT NULL,
  subject TEXT NOT NULL,
  entry TEXT NOT NULL,                 -- digest of its entry
  seq INTEGER NOT NULL,
  rater TEXT NOT NULL,                 -- the organisation where it has one, else the attester
  organization TEXT NOT NULL,          -- the organisation's document; '' where a person speaks
  attester TEXT NOT NULL,              -- the wallet that acted; '' for an organisation's own key
  app TEXT NOT NULL,                   -- the key that signed
  authority TEXT NOT NULL,             -- digest of the entry by which it did
  field TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,                 -- a decimal
  work_type TEXT NOT NULL,             -- '' where it names no work
  work_id TEXT NOT NULL,
  context TEXT NOT NULL,               -- the organisation of both; '' for none
  standing TEXT NOT NULL,
  claimed_at TEXT NOT NULL,            -- what the client said
  admitted_at INTEGER NOT NULL,
  valid_from INTEGER,
  valid_until INTEGER,
  texts TEXT NOT NULL,                 -- JSON: digests of personal texts
  retracted_seq INTEGER,
  retracted_at INTEGER,
  retracted_by TEXT,                   -- D of the RETRACT
  retract_authority TEXT,              -- digest of the entry by which its key did
  disputed_seq INTEGER,
  disputed_at INTEGER,
  dispute TEXT,                        -- D of the DISPUTE
  dispute_entry TEXT,                  -- digest of its entry
  dispute_authority TEXT,
  dispute_texts TEXT,
  ruled_seq INTEGER,
  ruled_at INTEGER,
  ruling TEXT,                         -- D of the RULE
  ruling_authority TEXT,
  ruled_by TEXT,                       -- the wallet that did
  ruling_texts TEXT,
  outcome TEXT                         -- upheld or struck
);
CREATE INDEX attestations_subject ON attestations (subject, seq);
CREATE INDEX attestations_kind ON attestations (kind, seq);
CREATE INDEX attestations_organization ON attestations (organization, seq) WHERE organization <> '';
CREATE INDEX attestations_attester ON attestations (attester, seq) WHERE attester <> '';
-- How much a rater has said of late, and about one subject.
CREATE INDEX attestations_rater ON attestations (rater, admitted_at);
CREATE INDEX attestations_about ON attestations (document, rater);
-- The same of a person: whoever has the address that the DID ends with, on whatever chain.
CREATE INDEX attestations_account ON attestations (substr(rater, -42), admitted_at) WHERE organization = '';
CREATE INDEX attestations_account_about ON attestations (document, substr(rater, -42)) WHERE organization = '';

CREATE TABLE attestation_responses (
  operation TEXT PRIMARY KEY,          -- D of the RESPOND
  document TEXT NOT NULL,
  attestation TEXT NOT NULL,
  by_subject INTEGER NOT NULL,         -- 1 where the subject answers, 0 where it is who attested
  texts TEXT NOT NULL,
  seq INTEGER NOT NULL,
  admitted_at INTEGER NOT NULL
);
CREATE INDEX attestation_responses_attestation ON attestation_responses (attestation, seq);

-- Disputes over what stands in other documents: awards.
CREATE TABLE evidence_disputes (
  evidence TEXT PRIMARY KEY,           -- D of the AWARD
  document TEXT NOT NULL,              -- the reputation whose subject disputes it
  source TEXT NOT NULL,                -- the document that the evidence stands in
  disputed_seq INTEGER NOT NULL,
  disputed_at INTEGER NOT NULL,
  dispute TEXT NOT NULL,
  dispute_entry TEXT NOT NULL,
  dispute_authority TEXT NOT NULL,
  dispute_texts TEXT NOT NULL,
  ruled_seq INTEGER,
  ruled_at INTEGER,
  ruling TEXT,
  ruling_authority TEXT,
  ruled_by TEXT,
  ruling_texts TEXT,
  outcome TEXT
);
CREATE INDEX evidence_disputes_document ON evidence_disputes (document);
CREATE INDEX evidence_disputes_source ON evidence_disputes (source);

-- Each HIDE and UNHIDE of any evidence, whatever it stands in: the last one up to a place says which.
CREATE TABLE hidden_evidence (
  operation TEXT PRIMARY KEY,          -- D of the HIDE or UNHIDE
  document TEXT NOT NULL,
  evidence TEXT NOT NULL,
  hidden INTEGER NOT NULL,
  seq INTEGER NOT NULL
);
CREATE INDEX hidden_evidence_document ON hidden_evidence (document, evidence, seq);

CREATE TABLE subject_links (
  entry TEXT PRIMARY KEY,              -- digest of the LINK's entry
  operation TEXT NOT NULL,             -- D of the LINK
  document TEXT NOT NULL,
  subject TEXT NOT NULL,
  other TEXT NOT NULL,
  seq INTEGER NOT NULL,
  linked_at INTEGER NOT NULL,          -- when that was admitted
  authority TEXT NOT NULL,             -- digest of the entry by which its key did
  ended_seq INTEGER
);
CREATE INDEX subject_links_subject ON subject_links (subject, other, seq);
-- An address is its owner's on every chain: a did:pkh of eip155 ends with it.
CREATE INDEX subject_links_account ON subject_links (substr(subject, -42));

CREATE TABLE score_audiences (
  document TEXT NOT NULL,
  policy TEXT NOT NULL,                -- the policy's document
  audience TEXT NOT NULL,              -- all, named or nobody
  texts TEXT NOT NULL,                 -- JSON: digests of those who are named
  operation TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (document, policy)
) WITHOUT ROWID;

-- What awards say may be disputed: those that stand already give as new ones do.
INSERT INTO grants (entry, seq)
SELECT e.digest, e.seq FROM entries e JOIN documents d ON d.doc = e.doc
WHERE d.kind = 'renown/award' AND e.scope = 'global'
  AND CASE WHEN json_valid(e.action) THEN json_extract(e.action, '$.type') END IN ('AWARD', 'CLAIM', 'ENDORSE');
