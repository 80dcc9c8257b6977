//! What a backend supplies to be tested: which SQL it speaks, and where its databases are.

use diesel::connection::SimpleConnection;
use moored::{Backend, Orm, OrmBuilder};

use crate::database::Database;
use crate::statements::ELSEWHERE;
use crate::{Flavour, Statements};

/// What a backend supplies to be tested.
pub trait Harness<B: Backend> {
    /// Which SQL the suite's tables are made with.
    const FLAVOUR: Flavour;

    /// A database that no other test uses at the same time: by default one on the server that the environment names.
    fn database() -> Database<B> {
        Database::on_server(Self::FLAVOUR)
    }

    /// A database without tables that no other test uses at the same time.
    fn empty() -> Database<B> {
        Database::empty(Self::FLAVOUR)
    }

    /// A database with the suite's tables and no rows, and what reaches it.
    fn open() -> (Orm<B>, Statements) {
        Self::open_with(|settings| settings)
    }

    /// The same with other settings.
    fn open_with(settings: impl FnOnce(OrmBuilder<B>) -> OrmBuilder<B>) -> (Orm<B>, Statements) {
        Self::database().open(settings)
    }
}

/// Runs plain SQL outside of any session, as another program would. [`Statements`] leaves it out.
pub fn execute<B: Backend>(orm: &Orm<B>, sql: &str) {
    let sql = format!("{ELSEWHERE} {sql}");
    orm.with_connection(|connection| connection.batch_execute(&sql).map_err(moored::Error::from)).unwrap();
}

/// Runs plain SQL on a session's own connection. [`Statements`] leaves it out.
pub fn execute_in(connection: &mut impl SimpleConnection, sql: &str) {
    connection.batch_execute(&format!("{ELSEWHERE} {sql}")).unwrap();
}
