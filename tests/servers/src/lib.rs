//! Tests that run on SQLite, PostgreSQL, MariaDB and MySQL, and what they share: a database and a test for each of them, and a
//! backend of somebody else's.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "it is read with the tests that it serves"
)]

mod place;
pub mod scrambled;

pub use moored_conformance::Flavour;
pub use place::Place;

/// Makes of each generic function one test for each database, which gets a [`Place`] without tables.
#[macro_export]
macro_rules! on_every_database {
    ($($test:ident),+ $(,)?) => {
        $crate::on_database!(sqlite, moored_sqlite::Sqlite, Sqlite: $($test),+);
        $crate::on_database!(postgres, moored_postgres::Postgres, Postgres: $($test),+);
        $crate::on_database!(mariadb, moored_mysql::Mysql, Mariadb: $($test),+);
        $crate::on_database!(mysql, moored_mysql::Mysql, Mysql: $($test),+);
    };
}

/// The same for one database.
#[macro_export]
macro_rules! on_database {
    ($module:ident, $backend:ty, $flavour:ident: $($test:ident),+) => {
        mod $module {
            $(
                #[test]
                fn $test() {
                    super::$test($crate::Place::<$backend>::of($crate::Flavour::$flavour));
                }
            )+
        }
    };
}
