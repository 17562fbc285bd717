-- Beside the log: presentations that subjects have signed and share, byte for byte, until they end or are deleted.
CREATE TABLE presentations (
  id TEXT PRIMARY KEY,                 -- the last part of its address, which nobody guesses
  subject TEXT NOT NULL,
  key TEXT NOT NULL,                   -- the did:key that signed it
  jwt TEXT NOT NULL,
  scores INTEGER NOT NULL,             -- how many credentials of each sort
  badges INTEGER NOT NULL,
  kept_seq INTEGER NOT NULL,           -- the last place of the log when it was taken in
  kept_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX presentations_subject ON presentations (subject, kept_at);
CREATE INDEX presentations_end ON presentations (expires_at);

-- Who has left, whose presentations are forgotten.
CREATE INDEX reputations_closed ON reputations (subject) WHERE closed_seq IS NOT NULL;

-- By which presentations are found when what an award says of a person is erased.
CREATE TABLE presented_awards (
  award TEXT NOT NULL,                 -- its document
  presentation TEXT NOT NULL REFERENCES presentations (id) ON DELETE CASCADE,
  PRIMARY KEY (award, presentation)
) WITHOUT ROWID;
CREATE INDEX presented_awards_presentation ON presented_awards (presentation);
