//! The rows of the shop: the Chinook sample where it is at hand, or generated ones of the same shape.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::{env, fs};

use moored_server_tests::Flavour;
use serde_json::Value;

use super::generated;
use super::values::{Cell, Cents};

/// A row: its values by the names of their columns; money is a number of cents.
pub(crate) type Object = serde_json::Map<String, Value>;
/// A row's key.
pub(crate) type Id = Vec<i64>;

/// The tables, every one before those that it refers to.
pub(crate) const TABLES: [&str; 11] = [
    "PlaylistTrack",
    "InvoiceLine",
    "Invoice",
    "Track",
    "Customer",
    "Album",
    "Playlist",
    "Employee",
    "MediaType",
    "Genre",
    "Artist",
];

/// The rows of every table, by their keys.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Tables(BTreeMap<&'static str, BTreeMap<Id, Object>>);

impl Tables {
    pub(crate) fn of(&self, table: &str) -> impl ExactSizeIterator<Item = (&Id, &Object)> {
        self.0[table].iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }

    pub(crate) fn insert(&mut self, table: &str, row: Object) {
        let table = TABLES.into_iter().find(|known| *known == table).unwrap();
        let id = key_columns(table).iter().map(|column| row[column].as_i64().unwrap()).collect();
        let before = self.0.entry(table).or_default().insert(id, row);
        assert!(before.is_none(), "two rows of {table} have one key");
    }

    pub(crate) fn row(&self, table: &str, id: i32) -> &Object {
        &self.0[table][&vec![i64::from(id)]]
    }

    pub(crate) fn set(&mut self, table: &str, id: i32, column: &str, value: &impl Cell) {
        let row = self.0.get_mut(table).unwrap().get_mut(&vec![i64::from(id)]).unwrap();
        *row.get_mut(column).unwrap() = value.write();
    }

    /// The rows as the sample's own scripts insert them.
    pub(crate) fn as_scripted(&self, flavour: Flavour) -> Self {
        let mut tables = self.clone();
        for value in tables.0.values_mut().flat_map(BTreeMap::values_mut).flat_map(|row| row.values_mut()) {
            match value.as_str() {
                // The scripts have NULL where the data has empty text.
                Some("") => *value = Value::Null,
                // `N'Edinburgh '` is a `character` there, of which trailing spaces are no part.
                Some(text) if flavour == Flavour::Postgres => *value = text.trim_end_matches(' ').into(),
                _ => {}
            }
        }
        tables
    }

    pub(crate) fn remove(&mut self, table: &str, id: &[i64]) {
        self.0.get_mut(table).unwrap().remove(id).unwrap();
    }
}

fn key_columns(table: &str) -> Vec<String> {
    match table {
        "PlaylistTrack" => vec!["PlaylistId".into(), "TrackId".into()],
        _ => vec![format!("{table}Id")],
    }
}

/// The table whose key a column holds; the table itself for its own key.
pub(crate) fn refers_to(column: &str) -> Option<&'static str> {
    match column {
        "ReportsTo" | "SupportRepId" => Some("Employee"),
        _ => TABLES.into_iter().find(|table| column.strip_suffix("Id") == Some(table)),
    }
}

/// A shop: the SQL that makes its tables on one of the databases, and its rows.
pub(crate) struct Data {
    pub(crate) schema: String,
    /// The SQL that makes the tables and inserts the rows, where others wrote one.
    pub(crate) script: Option<String>,
    pub(crate) tables: Tables,
}

/// The sample's rows if its folder is there, else generated ones; says which.
///
/// In CI, and where `MOORED_CHINOOK` names the folder, the folder is required.
pub(crate) fn at_hand(flavour: Flavour) -> Data {
    let named = env::var_os("MOORED_CHINOOK");
    let is_required = named.is_some() || env::var_os("CI").is_some();
    let folder = named.map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/chinook"),
        PathBuf::from,
    );
    if folder.is_dir() {
        let data = sample(&folder, flavour);
        say_once(&format!("the Chinook sample: {} rows out of {}", data.tables.len(), folder.display()));
        return data;
    }
    assert!(
        !is_required,
        "the Chinook sample is required in CI and where MOORED_CHINOOK is set, and there is no folder {}: \
         set MOORED_CHINOOK to the folder that holds data.json, sqlite.sql, postgres.sql and mysql.sql",
        folder.display()
    );
    let data = generated::data(flavour);
    say_once(&format!(
        "generated data: {} rows, for there is no folder {}",
        data.tables.len(),
        folder.display()
    ));
    data
}

/// One line for all tests of this program, past the runner, which keeps what a passing test prints to itself.
fn say_once(line: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let _ = writeln!(std::io::stderr(), "{line}");
    });
}

fn sample(folder: &Path, flavour: Flavour) -> Data {
    let text = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let rows: BTreeMap<String, Vec<Object>> = serde_json::from_str(&text("data.json")).unwrap();
    let mut tables = Tables::default();
    for (table, rows) in rows {
        for mut row in rows {
            for column in ["UnitPrice", "Total"] {
                if let Some(amount) = row.get_mut(column) {
                    *amount = Cents::written(&amount.to_string()).write();
                }
            }
            tables.insert(&table, row);
        }
    }
    let script = text(match flavour {
        Flavour::Sqlite => "sqlite.sql",
        Flavour::Postgres => "postgres.sql",
        _ => "mysql.sql",
    });
    let (head, rows) = script.split_once("INSERT INTO").unwrap();
    let schema = schema_of(head);
    let settings = match flavour {
        Flavour::Sqlite | Flavour::Postgres => "",
        // The script has a backslash in a text, which is no escape.
        _ => "SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');\n",
    };
    Data { script: Some(format!("{settings}{schema}INSERT INTO{rows}")), schema, tables }
}

/// What of a script makes tables, and not a database that it then moves to.
fn schema_of(script: &str) -> String {
    const KEPT: [&str; 4] = ["CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ", "ALTER TABLE "];
    let mut schema = String::new();
    for statement in script.split(';') {
        // A comment may stand before the statement.
        let statement = statement.rsplit("*/").next().unwrap().trim();
        if KEPT.iter().any(|kept| statement.starts_with(kept)) {
            schema.push_str(statement);
            schema.push_str(";\n");
        }
    }
    assert_eq!(schema.matches("CREATE TABLE").count(), TABLES.len());
    assert!(schema.matches("FOREIGN KEY").count() >= TABLES.len());
    schema
}
