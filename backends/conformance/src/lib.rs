//! The behaviours that every backend of Moored must show, as a suite of tests that a backend runs with one macro call.
//!
//! A backend's `tests/conformance.rs` is a [`Harness`] and this:
//!
//! ```ignore
//! moored_conformance::suite! { backend: moored_sqlite::Sqlite, harness: crate::harness::SqliteHarness }
//! ```
//!
//! The schema and the entities are ordinary code. The behaviours are macros, one file each, because a Diesel filter needs
//! to know its backend; what they have in common is ordinary code again.

#![allow(missing_docs, reason = "the tables, entities and macros are the suite's own, read with it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test suite fails by panicking")]

pub mod behaviours;
mod database;
pub mod drifts;
pub mod entities;
mod flavour;
mod harness;
pub mod migrations;
pub mod prelude;
mod proxy;
pub mod samples;
pub mod schema;
pub mod second;
mod server;
mod statements;
pub mod subscribers;
mod suite;

pub use database::Database;
pub use flavour::{Flavour, Nan, ServerSql};
pub use harness::Harness;
pub use proxy::{Cut, Proxy};
pub use server::Lease;
pub use statements::Statements;

#[doc(hidden)]
pub use {bigdecimal, chrono, diesel, moored, serde_json, uuid};
