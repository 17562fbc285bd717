-- What is followed in the log, and how far: tables that whoever follows writes by itself, in its own time.
CREATE TABLE followers (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,                -- place up to which the log is followed
  turn INTEGER NOT NULL                -- counts what was written; NULL where another wrote meanwhile: nothing is written
) WITHOUT ROWID;

-- Awards as evidence of reputation: what each was from one place of its log to the next that changed it.
CREATE TABLE award_evidence (
  document TEXT NOT NULL,              -- the award
  since INTEGER NOT NULL,              -- place of the entry that made it so
  until INTEGER,                       -- place of the entry that changed it; NULL where it still is so
  operation TEXT NOT NULL,             -- D of the AWARD
  seq INTEGER NOT NULL,                -- and the place, digest and authority of its entry
  entry TEXT NOT NULL,
  authority TEXT NOT NULL,
  organization TEXT NOT NULL,          -- who awarded it
  class TEXT NOT NULL,
  version INTEGER NOT NULL,
  field TEXT NOT NULL,
  subject TEXT NOT NULL,               -- a DID; '' until it is claimed
  claimed_at TEXT NOT NULL,            -- what the client said
  admitted_at INTEGER NOT NULL,
  said_from INTEGER,                   -- what the award itself says of when it holds
  said_until INTEGER,
  held_until INTEGER,
  valid_from INTEGER,                  -- what follows from that and from its class
  valid_until INTEGER,
  hidden INTEGER NOT NULL,
  ended_seq INTEGER,
  ended_at INTEGER,
  ended_as TEXT,                       -- revoked or suspended
  ended_by TEXT,                       -- D of the entry that ended it
  ended_authority TEXT,                -- and digest of the entry by which its key did
  PRIMARY KEY (document, since)
) WITHOUT ROWID;
CREATE INDEX award_evidence_subject ON award_evidence (subject, since) WHERE subject <> '';
CREATE INDEX award_evidence_seq ON award_evidence (seq) WHERE subject <> '';

CREATE TABLE award_endorsements (
  operation TEXT PRIMARY KEY,          -- D of the ENDORSE
  award TEXT NOT NULL,
  organization TEXT NOT NULL,          -- who endorsed it
  seq INTEGER NOT NULL,
  entry TEXT NOT NULL,
  authority TEXT NOT NULL,
  claimed_at TEXT NOT NULL,
  admitted_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX award_endorsements_award ON award_endorsements (award);
CREATE INDEX award_endorsements_seq ON award_endorsements (seq);

CREATE TABLE evidence_classes (
  class TEXT NOT NULL,
  version INTEGER NOT NULL,
  field TEXT NOT NULL,
  days INTEGER,                        -- how long its awards hold unless they say so themselves
  until INTEGER,                       -- or until when
  PRIMARY KEY (class, version)
) WITHOUT ROWID;

-- Keys that others may have had are few, and asked about with each score.
CREATE INDEX delegations_compromised ON delegations (entry) WHERE compromised_seq IS NOT NULL;
CREATE INDEX organization_keys_compromised ON organization_keys (entry) WHERE compromised_from IS NOT NULL;
