-- For MySQL and MariaDB alike. The database's own collation tells every two texts apart, trailing spaces included: there
-- is one on each, of a different name. `places` has another one, as a table has that is older than its connection.
CREATE TABLE authors (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name TEXT NOT NULL,
    email VARCHAR(255) UNIQUE,
    version INTEGER NOT NULL
);
CREATE TABLE books (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    editor_id INTEGER,
    isbn VARCHAR(255) UNIQUE,
    shelf INTEGER,
    position INTEGER,
    pages INTEGER NOT NULL DEFAULT 100,
    created_at DATETIME(6) NOT NULL DEFAULT '2001-02-03 04:05:06',
    views BIGINT NOT NULL DEFAULT 0,
    UNIQUE (shelf, position),
    FOREIGN KEY (author_id) REFERENCES authors (id),
    FOREIGN KEY (editor_id) REFERENCES authors (id)
);
CREATE TABLE categories (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    slug VARCHAR(255) NOT NULL UNIQUE,
    parent_id INTEGER,
    FOREIGN KEY (parent_id) REFERENCES categories (id)
);
CREATE TABLE tags (label VARCHAR(255) NOT NULL PRIMARY KEY, color TEXT NOT NULL);
CREATE TABLE book_tags (
    book_id INTEGER NOT NULL,
    tag_label VARCHAR(255) NOT NULL,
    weight INTEGER NOT NULL,
    PRIMARY KEY (book_id, tag_label),
    FOREIGN KEY (book_id) REFERENCES books (id),
    FOREIGN KEY (tag_label) REFERENCES tags (label)
);
CREATE TABLE devices (id VARBINARY(16) NOT NULL PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE `table` (
    id INTEGER NOT NULL PRIMARY KEY,
    `order` INTEGER NOT NULL,
    `group` TEXT,
    value TEXT NOT NULL
);
CREATE TABLE accounts (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    balance BIGINT NOT NULL CHECK (balance >= 0),
    version INTEGER NOT NULL
);
CREATE TABLE prices (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    amount DECIMAL(65, 30) NOT NULL,
    note TEXT NOT NULL
);
CREATE TABLE measurements (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `double` DOUBLE NOT NULL,
    single FLOAT NOT NULL,
    small SMALLINT NOT NULL,
    large BIGINT NOT NULL,
    flag BOOLEAN NOT NULL,
    bytes LONGBLOB NOT NULL,
    text LONGTEXT NOT NULL,
    remark LONGTEXT,
    taken_at DATETIME(6) NOT NULL,
    day DATE NOT NULL,
    hour TIME(6) NOT NULL,
    detail JSON NOT NULL,
    estimate DOUBLE
);
CREATE TABLE notes (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    text LONGTEXT NOT NULL,
    stars INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE ticks (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    label VARCHAR(255) NOT NULL DEFAULT 'tick',
    count INTEGER NOT NULL DEFAULT 1,
    comment VARCHAR(255) DEFAULT 'none'
);
CREATE TABLE leases (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    holder TEXT NOT NULL,
    touched_at DATETIME(6) NOT NULL
);
CREATE TABLE teams (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name TEXT NOT NULL,
    captain_id INTEGER
);
CREATE TABLE players (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    team_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    UNIQUE (team_id, number),
    FOREIGN KEY (team_id) REFERENCES teams (id)
);
ALTER TABLE teams ADD FOREIGN KEY (captain_id) REFERENCES players (id);
CREATE TABLE chickens (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, egg_id INTEGER NOT NULL);
CREATE TABLE eggs (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    chicken_id INTEGER NOT NULL,
    FOREIGN KEY (chicken_id) REFERENCES chickens (id)
);
ALTER TABLE chickens ADD FOREIGN KEY (egg_id) REFERENCES eggs (id);
CREATE TABLE co_authors (
    book_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    PRIMARY KEY (book_id, author_id),
    FOREIGN KEY (book_id) REFERENCES books (id),
    FOREIGN KEY (author_id) REFERENCES authors (id)
);
CREATE TABLE small_versions (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    text TEXT NOT NULL,
    version SMALLINT NOT NULL
);
CREATE TABLE large_versions (
    id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
    text TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE seats (
    venue VARCHAR(255) NOT NULL,
    number INTEGER NOT NULL,
    holder TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (venue, number)
);
CREATE TABLE places (
    code VARCHAR(255) NOT NULL PRIMARY KEY,
    within VARCHAR(255),
    version INTEGER NOT NULL,
    FOREIGN KEY (within) REFERENCES places (code)
) COLLATE utf8mb4_unicode_ci;
CREATE TABLE parcels (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    area INTEGER GENERATED ALWAYS AS (width * height) STORED,
    version INTEGER NOT NULL
);
CREATE TABLE archives (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE folders (
    id INTEGER NOT NULL PRIMARY KEY,
    archive_id INTEGER NOT NULL,
    inside INTEGER,
    version INTEGER NOT NULL,
    FOREIGN KEY (archive_id) REFERENCES archives (id) ON DELETE CASCADE,
    FOREIGN KEY (inside) REFERENCES folders (id) ON DELETE CASCADE
);
CREATE TABLE sheets (
    id INTEGER NOT NULL PRIMARY KEY,
    folder_id INTEGER NOT NULL,
    FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE
);
CREATE TABLE halls (id INTEGER PRIMARY KEY AUTO_INCREMENT, name VARCHAR(99) NOT NULL);
CREATE TABLE stalls (
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    beside INTEGER,
    PRIMARY KEY (hall_id, number),
    FOREIGN KEY (hall_id) REFERENCES halls (id),
    FOREIGN KEY (hall_id, beside) REFERENCES stalls (hall_id, number)
);
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
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
    text VARCHAR(99) NOT NULL,
    PRIMARY KEY (hall_id, number),
    FOREIGN KEY (hall_id, number) REFERENCES stalls (hall_id, number)
);
CREATE TABLE claims (
    id INTEGER NOT NULL PRIMARY KEY,
    hall_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    FOREIGN KEY (hall_id, number) REFERENCES stalls (hall_id, number)
);
CREATE TABLE steps (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
    author_id INTEGER NOT NULL,
    place SMALLINT NOT NULL,
    text VARCHAR(100) NOT NULL,
    tag_label VARCHAR(255),
    UNIQUE (author_id, place),
    FOREIGN KEY (author_id) REFERENCES authors (id),
    FOREIGN KEY (tag_label) REFERENCES tags (label)
);
