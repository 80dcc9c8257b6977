//! A connection that ends at every moment of a flush and of a transaction: what the error is, and what is left in the database
//! and in memory.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod job;
mod library;
mod line;
mod network;
mod server;

/// SQLite has no connection to lose.
macro_rules! on_every_server {
    ($($test:ident),+ $(,)?) => {
        moored_server_tests::on_database!(postgres, moored_postgres::Postgres, Postgres: $($test),+);
        moored_server_tests::on_database!(mariadb, moored_mysql::Mysql, Mariadb: $($test),+);
        moored_server_tests::on_database!(mysql, moored_mysql::Mysql, Mysql: $($test),+);
    };
}

mod by_the_network {
    use crate::network::*;

    on_every_server!(
        a_flush_that_is_cut_anywhere,
        a_transaction_that_is_cut_anywhere,
        a_transaction_that_goes_on_after_the_cut
    );
}

mod by_the_server {
    use crate::server::*;

    on_every_server!(
        a_flush_whose_connection_is_killed_before_any_statement,
        a_transaction_whose_connection_is_killed_before_any_statement,
    );
}
