//! A whole shop that nobody here made up, where its tables have the names of the sample's PostgreSQL script: fifteen thousand
//! rows in one flush, and a day of work on them.
//!
//! An entity has one table, whose name is part of its type. The script for PostgreSQL writes `invoice_line` where the others
//! write `InvoiceLine`, so this program is the same code with another schema.
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
#[path = "../chinook/shop/mod.rs"]
mod shop;

use shop::tests::*;

moored_server_tests::on_database!(postgres, moored_postgres::Postgres, Postgres: children_first, shuffled, walked, generated, scripted);
