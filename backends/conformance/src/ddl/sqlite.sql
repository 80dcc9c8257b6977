CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    version INTEGER NOT NULL
);
CREATE TABLE books (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    editor_id INTEGER REFERENCES authors (id),
    isbn TEXT UNIQUE,
    shelf INTEGER,
    position INTEGER,
    pages INTEGER NOT NULL DEFAULT 100,
    created_at TIMESTAMP NOT NULL DEFAULT '2001-02-03 04:05:06',
    views BIGINT NOT NULL DEFAULT 0,
    UNIQUE (shelf, position)
);
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    parent_id INTEGER REFERENCES categories (id)
);
CREATE TABLE tags (label TEXT PRIMARY KEY NOT NULL, color TEXT NOT NULL);
CREATE TABLE book_tags (
    book_id INTEGER NOT NULL REFERENCES books (id),
    tag_label TEXT NOT NULL REFERENCES tags (label),
    weight INTEGER NOT NULL,
    PRIMARY KEY (book_id, tag_label)
);
CREATE TABLE devices (id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE "table" (
    id INTEGER PRIMARY KEY NOT NULL,
    "order" INTEGER NOT NULL,
    "group" TEXT,
    value TEXT NOT NULL
);
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    balance BIGINT NOT NULL CHECK (balance >= 0),
    version INTEGER NOT NULL
);
CREATE TABLE prices (
    id INTEGER PRIMARY KEY,
    amount NUMERIC NOT NULL,
    note TEXT NOT NULL
);
CREATE TABLE measurements (
    id INTEGER PRIMARY KEY,
    double DOUBLE NOT NULL,
    single FLOAT NOT NULL,
    small SMALLINT NOT NULL,
    large BIGINT NOT NULL,
    flag BOOLEAN NOT NULL,
    bytes BLOB NOT NULL,
    text TEXT NOT NULL,
    remark TEXT,
    taken_at TIMESTAMP NOT NULL,
    day DATE NOT NULL,
    hour TIME NOT NULL,
    detail TEXT NOT NULL,
    estimate DOUBLE
);
CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, stars INTEGER NOT NULL DEFAULT 0);
CREATE TABLE ticks (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL DEFAULT 'tick',
    count INTEGER NOT NULL DEFAULT 1,
    comment TEXT DEFAULT 'none'
);
CREATE TABLE leases (id INTEGER PRIMARY KEY, holder TEXT NOT NULL, touched_at TIMESTAMP NOT NULL);
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL, captain_id INTEGER REFERENCES players (id));
CREATE TABLE players (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (id),
    number INTEGER NOT NULL,
    UNIQUE (team_id, number)
);
CREATE TABLE chickens (id INTEGER PRIMARY KEY, egg_id INTEGER NOT NULL REFERENCES eggs (id));
CREATE TABLE eggs (id INTEGER PRIMARY KEY, chicken_id INTEGER NOT NULL REFERENCES chickens (id));
CREATE TABLE co_authors (
    book_id INTEGER NOT NULL REFERENCES books (id),
    author_id INTEGER NOT NULL REFERENCES authors (id),
    PRIMARY KEY (book_id, author_id)
);
CREATE TABLE small_versions (id INTEGER PRIMARY KEY, text TEXT NOT NULL, version SMALLINT NOT NULL);
CREATE TABLE large_versions (id INTEGER PRIMARY KEY, text TEXT NOT NULL, version BIGINT NOT NULL);
CREATE TABLE seats (
    venue TEXT NOT NULL,
    number INTEGER NOT NULL,
    holder TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (venue, number)
);
CREATE TABLE places (code TEXT PRIMARY KEY NOT NULL, within TEXT REFERENCES places (code), version INTEGER NOT NULL);
CREATE TABLE parcels (
    id INTEGER PRIMARY KEY,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    area INTEGER GENERATED ALWAYS AS (width * height) STORED,
    version INTEGER NOT NULL
);
CREATE TABLE archives (id INTEGER PRIMARY KEY NOT NULL);
CREATE TABLE folders (
    id INTEGER PRIMARY KEY NOT NULL,
    archive_id INTEGER NOT NULL,
    inside INTEGER,
    version INTEGER NOT NULL,
    FOREIGN KEY (archive_id) REFERENCES archives (id) ON DELETE CASCADE,
    FOREIGN KEY (inside) REFERENCES folders (id) ON DELETE CASCADE
);
CREATE TABLE sheets (
    id INTEGER PRIMARY KEY NOT NULL,
    folder_id INTEGER NOT NULL,
    FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE
);
CREATE TABLE halls (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE stalls (
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    beside INTEGER,
    PRIMARY KEY (hall_id, number),
    FOREIGN KEY (hall_id) REFERENCES halls (id),
    FOREIGN KEY (hall_id, beside) REFERENCES stalls (hall_id, number)
);
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    swap_hall INTEGER,
    swap_number INTEGER,
    version INTEGER NOT NULL,
    FOREIGN KEY (hall_id, number) REFERENCES stalls (hall_id, number),
    FOREIGN KEY (swap_hall, swap_number) REFERENCES stalls (hall_id, number)
);
CREATE TABLE passes (
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (hall_id, number, day),
    FOREIGN KEY (hall_id, number) REFERENCES stalls (hall_id, number)
);
CREATE TABLE stamps (
    id INTEGER NOT NULL PRIMARY KEY,
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    day INTEGER NOT NULL,
    FOREIGN KEY (hall_id, number, day) REFERENCES passes (hall_id, number, day)
);
CREATE TABLE plaques (
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (hall_id, number),
    FOREIGN KEY (hall_id, number) REFERENCES stalls (hall_id, number)
);
CREATE TABLE claims (
    id INTEGER NOT NULL PRIMARY KEY,
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    FOREIGN KEY (hall_id, number) REFERENCES stalls (hall_id, number) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES authors,
    place SMALLINT NOT NULL,
    text TEXT NOT NULL,
    tag_label TEXT REFERENCES tags,
    UNIQUE (author_id, place)
);
