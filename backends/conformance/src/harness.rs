//! What a backend supplies to be tested: an empty database, and which SQL its tables are written in.

use diesel::connection::SimpleConnection;
use moored::{Backend, Orm, OrmBuilder, StatementLog};

use crate::Statements;
use crate::statements::ELSEWHERE;

/// What a backend supplies to be tested.
pub trait Harness<B: Backend> {
    /// Which SQL the suite's tables are made with.
    const FLAVOUR: Flavour;

    /// The address of an empty database that no other test uses.
    fn database() -> OrmBuilder<B>;

    /// A fresh database with the suite's tables, and what reaches it.
    fn open() -> (Orm<B>, Statements) {
        Self::open_with(|settings| settings)
    }

    /// The same with other settings.
    fn open_with(settings: impl FnOnce(OrmBuilder<B>) -> OrmBuilder<B>) -> (Orm<B>, Statements) {
        let log = StatementLog::new();
        let sink = log.clone();
        let orm = settings(Self::database()).instrument(move || sink.clone()).build().unwrap();
        execute(&orm, Self::FLAVOUR.tables());
        log.take();
        (orm, Statements::of(log))
    }
}

/// Runs plain SQL outside of any session, as another program would. [`Statements`] leaves it out.
pub fn execute<B: Backend>(orm: &Orm<B>, sql: &str) {
    let sql = format!("{ELSEWHERE} {sql}");
    orm.with_connection(|connection| connection.batch_execute(&sql).map_err(moored::Error::from)).unwrap();
}

/// The kinds of SQL that the suite's tables are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flavour {
    /// SQLite.
    Sqlite,
}

impl Flavour {
    const fn tables(self) -> &'static str {
        match self {
            Self::Sqlite => include_str!("ddl/sqlite.sql"),
        }
    }

    /// Whether a float column keeps a NaN. SQLite makes it NULL: <https://www.sqlite.org/quirks.html>.
    #[must_use]
    pub const fn stores_nan(self) -> bool {
        match self {
            Self::Sqlite => false,
        }
    }

    /// Whether a float column tells -0.0 from 0.0. SQLite stores whole numbers of such a column as integers:
    /// <https://www.sqlite.org/datatype3.html#storage_classes_and_datatypes>.
    #[must_use]
    pub const fn stores_negative_zero(self) -> bool {
        match self {
            Self::Sqlite => false,
        }
    }

    /// Whether a text column keeps the character NUL.
    #[must_use]
    pub const fn stores_nul(self) -> bool {
        match self {
            Self::Sqlite => true,
        }
    }
}
