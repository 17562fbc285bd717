-- Up to which migration a database has come: a Worker cannot apply them, and refuses one that lacks some. Every later
-- migration sets it to its own number.
INSERT INTO installation (name, value) VALUES ('schema', '0027');
