-- Read models of badge classes and awards: made by folding the log, like those in 0002.
CREATE TABLE badge_classes (
  document TEXT PRIMARY KEY,
  organization TEXT NOT NULL,          -- the organisation's document
  name TEXT NOT NULL,
  version INTEGER NOT NULL,            -- the latest, by which awards are made
  entry TEXT NOT NULL,                 -- digest of the entry that gives it
  operation TEXT NOT NULL,             -- and of the operation in it
  archived INTEGER NOT NULL,
  test INTEGER NOT NULL,
  created_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX badge_classes_organization ON badge_classes (organization, created_seq);

CREATE TABLE badge_class_versions (
  document TEXT NOT NULL,
  version INTEGER NOT NULL,
  entry TEXT NOT NULL,
  operation TEXT NOT NULL,
  definition TEXT NOT NULL,            -- JSON
  created_at INTEGER NOT NULL,
  PRIMARY KEY (document, version)
) WITHOUT ROWID;

CREATE TABLE awards (
  document TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  class TEXT NOT NULL,
  version INTEGER NOT NULL,
  subject TEXT NOT NULL,               -- a DID; '' until it is claimed
  unclaimed INTEGER NOT NULL,          -- 1 while a claim link is open
  status_list TEXT NOT NULL,
  status_index INTEGER NOT NULL,
  status_purpose TEXT NOT NULL,
  standing TEXT NOT NULL,              -- active, suspended, revoked or cancelled
  bit INTEGER NOT NULL,                -- 1 where the status list says so
  hidden INTEGER NOT NULL,
  held_until INTEGER,
  cohort TEXT,
  test INTEGER NOT NULL,
  awarded_seq INTEGER NOT NULL,
  changed_seq INTEGER NOT NULL,
  awarded_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX awards_organization ON awards (organization, awarded_seq);
CREATE INDEX awards_class ON awards (class, awarded_seq);
CREATE INDEX awards_subject ON awards (subject, awarded_seq) WHERE subject <> '';
CREATE INDEX awards_cohort ON awards (organization, cohort, awarded_seq) WHERE cohort IS NOT NULL;
CREATE INDEX awards_bits ON awards (status_list, changed_seq, status_index) WHERE bit = 1;

CREATE TABLE award_lists (
  id TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  purpose TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX award_lists_organization ON award_lists (organization, purpose);

-- Beside the log. The name by which the world asks for an award; whoever has it can see the award.
CREATE TABLE award_faces (
  id TEXT PRIMARY KEY,                 -- 22 characters of base64url
  document TEXT NOT NULL,
  fingerprint TEXT NOT NULL,           -- keyed hash of the request that it was made for
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX award_faces_document ON award_faces (document, created_at);

-- What awards commit to by a digest and is never in the log, sealed; NULL once it is erased.
CREATE TABLE award_personal (
  document TEXT NOT NULL,
  digest TEXT NOT NULL,
  sealed TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (document, digest)
) WITHOUT ROWID;

-- Where to reach those who have no wallet yet: until it is claimed, for 90 days at most.
CREATE TABLE award_contacts (
  document TEXT PRIMARY KEY,
  lookup TEXT NOT NULL,                -- keyed hash of the address
  sealed TEXT NOT NULL,                -- address and claim secret
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX award_contacts_lookup ON award_contacts (lookup);
CREATE INDEX award_contacts_expiry ON award_contacts (expires_at);

CREATE TABLE badge_images (
  digest TEXT PRIMARY KEY,             -- base64url(SHA-256)
  type TEXT NOT NULL,
  bytes TEXT NOT NULL,                 -- base64url
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What stands beside the log is written before the award is: here until it is known whether that came to stand.
CREATE TABLE award_preparations (
  document TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX award_preparations_created ON award_preparations (created_at);

-- How often what an award says of a person was erased: what was read before is not written after.
CREATE TABLE award_erasures (
  document TEXT PRIMARY KEY,
  times INTEGER NOT NULL
) WITHOUT ROWID;

-- What is used up of a day's allowances: mails to one address and of one organisation, pictures.
CREATE TABLE badge_allowances (
  day INTEGER NOT NULL,                -- days since 1970, UTC
  name TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (day, name)
) WITHOUT ROWID;
