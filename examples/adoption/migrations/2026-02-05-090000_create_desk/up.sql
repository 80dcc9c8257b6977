CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    fines_cents INTEGER NOT NULL
);

CREATE TABLE books (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    copies INTEGER NOT NULL CHECK (copies >= 0)
);

CREATE TABLE loans (
    id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id),
    member_id INTEGER NOT NULL REFERENCES members (id),
    is_out BOOLEAN NOT NULL
);
