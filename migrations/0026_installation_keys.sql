-- Every key that a database was opened with, and not only the first: its name, and when it was retired or "".
-- A Worker of this version that answered before has written down the same key already.
UPDATE OR IGNORE installation SET name = 'operation key ' || value, value = '' WHERE name = 'operation key';
DELETE FROM installation WHERE name = 'operation key';
