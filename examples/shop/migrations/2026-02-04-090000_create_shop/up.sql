CREATE TABLE artists (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE albums (
    id INTEGER NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artists (id),
    version INTEGER NOT NULL
);
CREATE INDEX albums_artist_id ON albums (artist_id);

CREATE TABLE tracks (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    album_id INTEGER NOT NULL REFERENCES albums (id),
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
    stock INTEGER NOT NULL CHECK (stock >= 0),
    version INTEGER NOT NULL
);
CREATE INDEX tracks_album_id ON tracks (album_id);

CREATE TABLE customers (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE
);

CREATE TABLE invoices (
    id INTEGER NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    total_cents INTEGER NOT NULL
);
CREATE INDEX invoices_customer_id ON invoices (customer_id);

CREATE TABLE invoice_lines (
    id INTEGER NOT NULL PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (id),
    track_id INTEGER NOT NULL REFERENCES tracks (id),
    unit_price_cents INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0)
);
CREATE INDEX invoice_lines_invoice_id ON invoice_lines (invoice_id);
CREATE INDEX invoice_lines_track_id ON invoice_lines (track_id);

INSERT INTO artists (id, name) VALUES (1, 'AC/DC'), (2, 'Accept'), (3, 'Aerosmith');

INSERT INTO albums (id, title, artist_id, version) VALUES
    (1, 'For Those About To Rock We Salute You', 1, 1),
    (2, 'Balls to the Wall', 2, 1),
    (3, 'Restless and Wild', 2, 1),
    (4, 'Let There Be Rock', 1, 1),
    (5, 'Big Ones', 3, 1);

INSERT INTO tracks (id, name, album_id, price_cents, stock, version) VALUES
    (1, 'For Those About To Rock (We Salute You)', 1, 99, 1000, 1),
    (2, 'Balls to the Wall', 2, 99, 1000, 1),
    (3, 'Fast As a Shark', 3, 99, 1000, 1),
    (4, 'Restless and Wild', 3, 99, 1000, 1),
    (5, 'Princess of the Dawn', 3, 99, 1000, 1),
    (6, 'Put The Finger On You', 1, 99, 1000, 1),
    (15, 'Go Down', 4, 99, 1000, 1),
    (16, 'Dog Eat Dog', 4, 99, 1000, 1),
    (23, 'Walk On Water', 5, 129, 1000, 1),
    (24, 'Love In An Elevator', 5, 129, 3, 1);

INSERT INTO customers (id, name, email) VALUES
    (1, 'Luís Gonçalves', 'luisg@embraer.com.br'),
    (2, 'Leonie Köhler', 'leonekohler@surfeu.de');
