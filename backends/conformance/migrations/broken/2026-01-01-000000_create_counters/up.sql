CREATE TABLE counters (name VARCHAR(20) NOT NULL PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counters (name, value) VALUES ('applied', 0);
