//! Random programs of changes, flushes, transactions and scopes on PostgreSQL, compared with a simple model after every step.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_errors_doc,
    reason = "a test"
)]

#[path = "../programs/shared/mod.rs"]
mod shared;

pub(crate) use moored_postgres::Postgres as B;

/// How many programs a test runs.
const PROGRAMS: u32 = 200;

moored_server_tests::on_database!(postgres, crate::B, Postgres: a_session_is_what_the_model_says);

use shared::a_session_is_what_the_model_says;
