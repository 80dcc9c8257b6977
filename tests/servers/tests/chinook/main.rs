//! A whole shop that nobody here made up, where its tables have the names of the sample's SQLite and MySQL scripts: fifteen
//! thousand rows in one flush, and a day of work on them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_imports,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

mod schema;
mod shop;

use shop::tests::*;

moored_server_tests::on_database!(sqlite, moored_sqlite::Sqlite, Sqlite: children_first, shuffled, walked, generated, scripted);
moored_server_tests::on_database!(mariadb, moored_mysql::Mysql, Mariadb: children_first, shuffled, walked, generated, scripted);
moored_server_tests::on_database!(mysql, moored_mysql::Mysql, Mysql: children_first, shuffled, walked, generated, scripted);
