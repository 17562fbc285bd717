-- What one database was made for: its entries are digested with the realm, so another realm could not read them.
CREATE TABLE installation (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
