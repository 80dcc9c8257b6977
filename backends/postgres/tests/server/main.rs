//! What a real PostgreSQL answers: errors, lost connections, sizes, types and keys that only it has.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod catalogue;
mod constraints;
mod deferred;
mod doomed;
mod generated;
mod lost;
mod refusals;
mod roles;
mod shop;
mod sizes;
mod types;
