//! A database that this process has locked, and the connection that holds the lock.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{QueryResult, sql_query};
use moored::Backend;

use super::said::Said;
use crate::Flavour;

/// What a database on lease has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// The suite's tables, empty.
    Tables,
    /// Nothing.
    Nothing,
}

/// A database that this process has locked.
pub(super) struct Hold<B: Backend> {
    flavour: Flavour,
    contents: Contents,
    name: String,
    url: String,
    connection: B::Connection,
}

impl<B: Backend> Hold<B> {
    /// Locks the first database that nobody else has, and makes it if there is none left.
    pub(super) fn take(flavour: Flavour, contents: Contents) -> Self {
        let server = url(flavour);
        let prefix = match contents {
            Contents::Tables => "moored_suite",
            Contents::Nothing => "moored_empty",
        };
        (1..)
            .find_map(|number| Self::try_take(&server, flavour, contents, format!("{prefix}_{number}")))
            .unwrap_or_else(|| panic!("numbers are endless"))
    }

    fn try_take(server: &str, flavour: Flavour, contents: Contents, name: String) -> Option<Self> {
        let url = in_database(server, &name);
        let mut tries = 0..5;
        let connection = loop {
            match connect::<B>(&url) {
                Ok(connection) => break connection,
                Err(error) if tries.next().is_none() => panic!("{url}: {error}"),
                Err(_) => {}
            }
            let mut connection = connect::<B>(server).unwrap_or_else(|error| panic!("{server}: {error}"));
            // Another process may have made it meanwhile, or drop it in a moment, to make it anew.
            let _ = connection.batch_execute(&flavour.create(&name));
        };
        let mut hold = Self { flavour, contents, name, url, connection };
        let locked = hold.number(&flavour.lock(&hold.name)).unwrap() == 1;
        locked.then(|| {
            hold.execute(flavour.settings());
            hold
        })
    }

    pub(super) fn is_of(&self, flavour: Flavour, contents: Contents) -> bool {
        self.flavour == flavour && self.contents == contents
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Makes it as a test expects to find it.
    pub(super) fn prepare(&mut self) {
        self.wait_for_others();
        if self.contents == Contents::Nothing {
            self.wipe();
        } else if self.is_current() {
            self.empty();
        } else {
            self.make_tables();
        }
    }

    fn make_tables(&mut self) {
        let ddl = self.flavour.tables();
        self.wipe();
        self.execute(ddl);
        // At the end: what was made halfway is made anew.
        self.execute(&format!(
            "CREATE TABLE {MARK} (fingerprint BIGINT NOT NULL); INSERT INTO {MARK} VALUES ({})",
            fingerprint(ddl)
        ));
    }

    fn wait_for_others(&mut self) {
        for attempt in 0..2_000 {
            if self.number(self.flavour.others()).unwrap() == 0 {
                return;
            }
            if attempt % 500 == 499 {
                self.end_another();
            }
            sleep(Duration::from_millis(1));
        }
        panic!("{} has connections that do not end", self.name);
    }

    fn end_another(&mut self) {
        // It may have ended by itself.
        if let Ok(other @ 1..) = self.number(self.flavour.another()) {
            let _ = self.connection.batch_execute(&self.flavour.end(other));
        }
    }

    /// Whether the tables are those of the DDL of today, and no others.
    fn is_current(&mut self) -> bool {
        let ddl = self.flavour.tables();
        // An error: there is no such table.
        let mark = self.number(&format!("SELECT fingerprint FROM {MARK}"));
        let tables = i64::try_from(names(ddl).count()).unwrap();
        mark == Ok(fingerprint(ddl)) && self.number(self.flavour.count_tables()) == Ok(tables + 1)
    }

    /// Takes the rows out, and lets keys count from one.
    fn empty(&mut self) {
        let tables: Vec<&str> = names(self.flavour.tables()).collect();
        let rows = self.number(&self.flavour.have_rows(&tables)).unwrap();
        let keys = self.number(&self.flavour.have_counted(&tables)).unwrap();
        let used: Vec<&str> = (0..)
            .zip(tables)
            .filter(|(bit, _)| (rows | keys) & (1 << bit) != 0)
            .map(|(_, table)| table)
            .collect();
        if !used.is_empty() {
            self.execute(&self.flavour.empty(&used));
        }
    }

    fn wipe(&mut self) {
        self.execute(&self.flavour.wipe(&self.name));
    }

    fn execute(&mut self, sql: &str) {
        self.connection.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    fn number(&mut self, sql: &str) -> QueryResult<i64> {
        B::count(&mut self.connection, &sql_query(sql))
    }
}

/// The table that says which DDL the others were made from.
const MARK: &str = "moored_suite_made_from";

fn fingerprint(ddl: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    ddl.hash(&mut hasher);
    hasher.finish().cast_signed()
}

/// The names of the tables that the DDL makes.
fn names(ddl: &str) -> impl Iterator<Item = &str> {
    ddl.lines()
        .filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_whitespace().next())
        .map(|name| name.trim_matches(['"', '`']))
}

fn connect<B: Backend>(url: &str) -> diesel::ConnectionResult<B::Connection> {
    B::establish(&B::open(url, B::Options::default())?)
}

/// The server's address.
fn url(flavour: Flavour) -> String {
    let variable = flavour.variable();
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set; `cargo run -p moored-servers -- test` brings the servers up and sets it"
        )
    })
}

/// The same address with another database.
fn in_database(url: &str, name: &str) -> String {
    let (address, parameters) = match url.split_once('?') {
        Some((address, parameters)) => (address, format!("?{parameters}")),
        None => (url, String::new()),
    };
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let server = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{server}/{name}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::{in_database, names};
    use crate::Flavour;

    #[test]
    fn an_address_gets_another_database() {
        for (url, expected) in [
            ("postgres://postgres@127.0.0.1:5432/moored", "postgres://postgres@127.0.0.1:5432/x"),
            ("mysql://root:a@host", "mysql://root:a@host/x"),
            ("mysql://root@host/?unix_socket=/run/my.sock", "mysql://root@host/x?unix_socket=/run/my.sock"),
        ] {
            assert_eq!(in_database(url, "x"), expected);
        }
    }

    #[test]
    fn every_flavour_has_the_same_tables() {
        let mut expected: Vec<&str> = names(Flavour::Sqlite.tables()).collect();
        assert!(expected.contains(&"table") && expected.len() < 63, "one bit each");
        expected.sort_unstable();
        for flavour in [Flavour::Postgres, Flavour::Mariadb, Flavour::Mysql] {
            let mut tables: Vec<&str> = names(flavour.tables()).collect();
            tables.sort_unstable();
            assert_eq!(tables, expected, "{flavour:?}");
        }
    }
}
