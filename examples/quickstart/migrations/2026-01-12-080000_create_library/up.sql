CREATE TABLE authors (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    version INTEGER NOT NULL
);

CREATE TABLE books (
    id INTEGER NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    copies INTEGER NOT NULL DEFAULT 1,
    version INTEGER NOT NULL
);

CREATE INDEX books_by_author ON books (author_id);

CREATE TABLE loans (
    id INTEGER NOT NULL PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id),
    reader TEXT NOT NULL
);

CREATE INDEX loans_by_book ON loans (book_id);
