//! Random programs of changes, flushes, transactions and scopes on MariaDB and MySQL, compared with a simple model after every step.
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

pub(crate) use moored_mysql::Mysql as B;

/// How many programs a test runs.
const PROGRAMS: u32 = 200;

moored_server_tests::on_database!(mariadb, crate::B, Mariadb: a_session_is_what_the_model_says);
moored_server_tests::on_database!(mysql, crate::B, Mysql: a_session_is_what_the_model_says);

use shared::a_session_is_what_the_model_says;
