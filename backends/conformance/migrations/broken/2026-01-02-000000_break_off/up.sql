CREATE TABLE halves (id INTEGER NOT NULL PRIMARY KEY);
INSERT INTO there_is_no_such_table (id) VALUES (1);
