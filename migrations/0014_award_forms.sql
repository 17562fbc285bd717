-- What awards were signed as: beside the log, since a signature of that day cannot be made again. The texts are long, so
-- they stand in the order of their writing and only their names are sorted.
CREATE TABLE award_forms (
  award TEXT NOT NULL,                 -- the document
  revision INTEGER NOT NULL,           -- of what the credential says, from 1
  form TEXT NOT NULL,                  -- jwt, json or eip712
  text TEXT NOT NULL,                  -- byte for byte as signed
  PRIMARY KEY (award, revision, form)
);

-- What an endorsement was signed as: one for each organisation that endorsed the award.
CREATE TABLE endorsement_forms (
  award TEXT NOT NULL,
  organization TEXT NOT NULL,          -- the endorsing one's document
  form TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (award, organization, form)
);
