CREATE TABLE articles (
    id INTEGER NOT NULL PRIMARY KEY,
    author TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    version INTEGER NOT NULL
);

INSERT INTO articles (author, title, body, version)
VALUES ('Ada', 'On forms', 'A form is filled in for minutes, and saved in an instant.', 1);
