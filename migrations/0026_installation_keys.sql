-- Every key that a database was opened with, and not only the first: its name, and when it was retired or "".
UPDATE installation SET name = 'operation key ' || value, value = '' WHERE name = 'operation key';
