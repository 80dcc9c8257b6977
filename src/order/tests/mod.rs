//! Tests of the planner: behaviours by name, and random schemas against a database that checks every constraint.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail loudly")]

mod cycles;
mod database;
mod drawing;
mod order;
mod random;
mod schema;
mod uniques;
