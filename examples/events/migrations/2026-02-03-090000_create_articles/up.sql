CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL CHECK (title <> ''),
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    deleted_at TIMESTAMP,
    version INTEGER NOT NULL
);

CREATE TABLE audits (
    id INTEGER PRIMARY KEY,
    who TEXT NOT NULL,
    what TEXT NOT NULL
);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);
