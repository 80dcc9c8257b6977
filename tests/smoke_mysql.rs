//! The first steps of every feature, on MySQL and MariaDB.
//!
//! `MOORED_MYSQL_URL` names the server, without a database; each test makes a database of its own and drops it.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

#[path = "smoke_mysql/failures.rs"]
mod failures;
#[path = "smoke_mysql/job.rs"]
mod job;
#[path = "smoke_mysql/keys.rs"]
mod keys;
#[path = "smoke_mysql/rows.rs"]
mod rows;
#[path = "smoke_mysql/shop.rs"]
mod shop;
