//! What `#[derive(Entity)]` writes, used as the library uses it.
#![allow(missing_docs, unreachable_pub, reason = "a test program has no users")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by a panic")]

mod composite;
mod database;
mod diff;
mod draft;
mod key;
mod reference;
mod schema;
mod support;
