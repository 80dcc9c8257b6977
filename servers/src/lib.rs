//! Brings up the database servers that Moored is tested against, and takes them down again.
//!
//! ```console
//! $ cargo run -p moored-servers -- test
//! $ cargo run -p moored-servers -- cargo test -p moored-sqlite
//! ```
//!
//! For each of PostgreSQL, MariaDB and MySQL, the server that a URL in the environment names is used once it has
//! answered; else one is started on a free loopback port with new, empty data. The command then finds all URLs in
//! its environment. Whatever was started is stopped when the command ends, and when the launcher is interrupted,
//! fails or is killed.
//!
//! | server     | variable              | started from                                                        |
//! |------------|-----------------------|---------------------------------------------------------------------|
//! | PostgreSQL | `MOORED_POSTGRES_URL` | the machine's programs, or the Debian package `postgresql`          |
//! | MariaDB    | `MOORED_MARIADB_URL`  | the machine's programs, or the Debian package `mariadb-server-core` |
//! | MySQL      | `MOORED_MYSQL_URL`    | the machine's `mysqld`, or a Debian system of its own made for it   |
//!
//! PostgreSQL comes with a streaming replica: `MOORED_POSTGRES_PRIMARY_URL` and `MOORED_POSTGRES_REPLICA_URL` name the two,
//! and are set or unset together. The primary is the PostgreSQL server that is started here; where `MOORED_POSTGRES_URL`
//! names one, of which no replica can be made without its owner, a primary of its own is started for the replica.
//!
//! The stages, in order: [`arguments`], for the tests the [`libraries`] that they are linked with, then for each
//! [`server`] either its [`address`] is asked for a [`greeting`] or it is brought [`up`] in a [`place`] of its own, then
//! [`run`] runs the command, or [`suite`] the tests. Every process is a [`process::Guard`]'s, which ends it.

pub mod address;
pub mod arguments;
pub mod error;
pub mod greeting;
pub mod interrupt;
pub mod libraries;
pub mod place;
pub mod port;
pub mod process;
pub mod program;
pub mod run;
pub mod server;
pub mod suite;
pub mod up;

mod debian;
mod install;
mod mariadb;
mod mysql;
mod postgres;
mod replica;

pub use error::{Error, Result};
pub use server::Server;
