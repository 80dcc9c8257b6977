//! A shop of the sample's shape, made from a fixed seed: for a clone that has not got the sample.

use moored_server_tests::Flavour;
use serde_json::{Value, json};

use super::data::{Data, Object, Tables};
use super::generated_tables::schema;
use super::random::Random;

/// How many rows the sample has of each.
const ARTISTS: i64 = 275;
const ALBUMS: i64 = 347;
const TRACKS: i64 = 3_503;
const GENRES: i64 = 25;
const MEDIA_TYPES: i64 = 5;
const EMPLOYEES: i64 = 8;
const CUSTOMERS: i64 = 59;
const INVOICES: i64 = 412;
const INVOICE_LINES: i64 = 2_240;
const PLAYLISTS: i64 = 18;
const PLAYLIST_TRACKS: usize = 8_715;

/// Words that a database, a quoting or an encoding can stumble over.
const WORDS: [&str; 16] = [
    "Tide",
    "O'Quay",
    "Lantern",
    "Größe",
    "\"Anchor\"",
    "港の灯",
    "50%",
    "Hull & Keel",
    "naïve",
    "a;b",
    "?",
    "Ветер",
    "-- none",
    "🌊",
    "North\tby West",
    "\\",
];

pub(crate) fn data(flavour: Flavour) -> Data {
    let mut shop = Shop { random: Random::new(0x006D_006F_006F_0072), tables: Tables::default() };
    shop.catalogue();
    shop.people();
    shop.sales();
    shop.playlists();
    Data { schema: schema(flavour), script: None, tables: shop.tables }
}

struct Shop {
    random: Random,
    tables: Tables,
}

/// Keys with gaps, as a shop has them that is some years old.
const fn id(number: i64) -> i64 {
    number * 3 + 2
}

impl Shop {
    fn put(&mut self, table: &str, row: Value) {
        let Value::Object(row) = row else { panic!("a row is an object") };
        self.tables.insert(table, row);
    }

    fn any(&mut self, count: i64) -> i64 {
        id(self.random.below(count as usize) as i64)
    }

    fn words(&mut self) -> String {
        let count = 1 + self.random.below(3);
        let words: Vec<&str> = (0..count).map(|_| self.random.pick(&WORDS)).collect();
        words.join(" ")
    }

    /// Text that may be missing, and may be empty, which is not the same.
    fn maybe(&mut self) -> Value {
        match self.random.below(8) {
            0 | 1 => Value::Null,
            2 => json!(""),
            _ => json!(self.words()),
        }
    }

    fn day(&mut self, from: usize, years: usize) -> String {
        let year = from + self.random.below(years);
        let (month, day) = (1 + self.random.below(12), 1 + self.random.below(28));
        format!("{year}-{month:02}-{day:02}T00:00:00")
    }

    fn catalogue(&mut self) {
        for (table, count) in [("Artist", ARTISTS), ("Genre", GENRES), ("MediaType", MEDIA_TYPES)] {
            for number in 0..count {
                let name = self.maybe();
                self.put(table, json!({ format!("{table}Id"): id(number), "Name": name }));
            }
        }
        for number in 0..ALBUMS {
            let (title, artist) = (self.words(), self.any(ARTISTS));
            self.put("Album", json!({ "AlbumId": id(number), "Title": title, "ArtistId": artist }));
        }
        for number in 0..TRACKS {
            let album = if self.random.one_in(10) { Value::Null } else { json!(self.any(ALBUMS)) };
            let genre = if self.random.one_in(10) { Value::Null } else { json!(self.any(GENRES)) };
            let bytes = if self.random.one_in(10) { Value::Null } else { json!(self.random.below(1 << 31)) };
            let row = json!({
                "TrackId": id(number), "Name": self.words(), "AlbumId": album,
                "MediaTypeId": self.any(MEDIA_TYPES), "GenreId": genre, "Composer": self.maybe(),
                "Milliseconds": self.random.below(600_000), "Bytes": bytes,
                "UnitPrice": self.random.pick(&[99, 199, 100, 110]),
            });
            self.put("Track", row);
        }
    }

    fn address(&mut self, prefix: &str, row: &mut Object) {
        for column in ["Address", "City", "State", "Country", "PostalCode"] {
            let value = self.maybe();
            row.insert(format!("{prefix}{column}"), value);
        }
    }

    fn person(&mut self) -> Object {
        let mut row = Object::new();
        self.address("", &mut row);
        for column in ["Phone", "Fax"] {
            let value = self.maybe();
            row.insert(column.into(), value);
        }
        for column in ["FirstName", "LastName", "Email"] {
            row.insert(column.into(), self.words().into());
        }
        row
    }

    fn people(&mut self) {
        for number in 0..EMPLOYEES {
            let mut row = self.person();
            // A tree with three levels: 0 leads 1 and 2, who lead the rest.
            let manager = if number == 0 { Value::Null } else { json!(id((number - 1) / 3)) };
            row.insert("EmployeeId".into(), json!(id(number)));
            row.insert("ReportsTo".into(), manager);
            row.insert("Title".into(), self.maybe());
            row.insert("BirthDate".into(), self.day(1950, 40).into());
            row.insert("HireDate".into(), self.day(2000, 20).into());
            self.put("Employee", row.into());
        }
        for number in 0..CUSTOMERS {
            let mut row = self.person();
            row.insert("CustomerId".into(), json!(id(number)));
            row.insert("Company".into(), self.maybe());
            // Three of the employees who lead nobody.
            row.insert("SupportRepId".into(), json!(id(4 + self.random.below(3) as i64)));
            self.put("Customer", row.into());
        }
    }

    fn sales(&mut self) {
        let mut totals = vec![0; INVOICES as usize];
        for number in 0..INVOICE_LINES {
            let invoice = number % INVOICES;
            let (price, quantity) = (self.random.pick(&[99, 199, 100]), 1 + self.random.below(3) as i64);
            totals[invoice as usize] += price * quantity;
            let row = json!({
                "InvoiceLineId": id(number), "InvoiceId": id(invoice), "TrackId": self.any(TRACKS),
                "UnitPrice": price, "Quantity": quantity,
            });
            self.put("InvoiceLine", row);
        }
        for (number, total) in (0..).zip(totals) {
            let mut row = Object::new();
            self.address("Billing", &mut row);
            row.insert("InvoiceId".into(), json!(id(number)));
            row.insert("CustomerId".into(), json!(self.any(CUSTOMERS)));
            row.insert("InvoiceDate".into(), self.day(2021, 5).into());
            row.insert("Total".into(), json!(total));
            self.put("Invoice", row.into());
        }
    }

    fn playlists(&mut self) {
        for number in 0..PLAYLISTS {
            let name = self.maybe();
            self.put("Playlist", json!({ "PlaylistId": id(number), "Name": name }));
        }
        let mut pairs: Vec<(i64, i64)> =
            (0..PLAYLISTS).flat_map(|list| (0..TRACKS).map(move |track| (list, track))).collect();
        self.random.shuffle(&mut pairs);
        for &(list, track) in &pairs[..PLAYLIST_TRACKS] {
            self.put("PlaylistTrack", json!({ "PlaylistId": id(list), "TrackId": id(track) }));
        }
    }
}
