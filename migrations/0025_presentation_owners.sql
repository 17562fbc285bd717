-- How a holder was proved: by its own key (recovery) it is the same wallet on every chain, by contract on its own alone.
ALTER TABLE presentations ADD COLUMN method TEXT NOT NULL DEFAULT 'contract';
UPDATE presentations SET method = 'recovery' WHERE EXISTS (
  SELECT 1 FROM delegations d
  WHERE d.app = presentations.key AND d.address = substr(presentations.subject, -42) AND d.method = 'recovery');

-- By address, whatever the chain: what a wallet has, and who has left.
DROP INDEX presentations_subject;
CREATE INDEX presentations_account ON presentations (substr(subject, -42), kept_at);
CREATE INDEX reputations_closed_account ON reputations (substr(subject, -42)) WHERE closed_seq IS NOT NULL;
