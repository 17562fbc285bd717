-- What is to be done after an answer: mail, follow-ups. Drained by a timer or by a scheduled event.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,                 -- stable through all attempts: message ids are made of it
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,               -- sealed JSON; '' once it is done
  key TEXT UNIQUE,                     -- a job with this key is taken once
  status TEXT NOT NULL,                -- waiting, done or failed
  due_at INTEGER NOT NULL,             -- milliseconds
  attempts INTEGER NOT NULL,           -- begun ones
  lease TEXT,                          -- who is at work on it
  lease_until INTEGER,
  error TEXT,                          -- why the last attempt failed
  created_at INTEGER NOT NULL,
  ended_at INTEGER
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE status = 'waiting';
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
