-- When a delegation was last used: most entries rest on none, and are not in this index.
CREATE INDEX entries_authority ON entries (authority, admitted_at) WHERE authority > 0;
