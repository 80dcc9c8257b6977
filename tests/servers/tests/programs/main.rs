//! Random programs of changes, flushes, transactions and scopes on SQLite, compared with a simple model after every step.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_errors_doc,
    reason = "a test"
)]

mod shared;

pub(crate) use moored_sqlite::Sqlite as B;

/// How many programs a test runs.
const PROGRAMS: u32 = 2_000;

moored_server_tests::on_database!(sqlite, crate::B, Sqlite: a_session_is_what_the_model_says);

use shared::a_session_is_what_the_model_says;
