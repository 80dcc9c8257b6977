//! The database of one test: how it is reached, and what holds it while the test runs.

use moored::{Backend, Orm, OrmBuilder, StatementLog};

use crate::harness::execute;
use crate::server::Lease;
use crate::{Flavour, Statements};

/// The database of one test.
pub struct Database<B: Backend> {
    settings: OrmBuilder<B>,
    /// The DDL that it still needs.
    tables: &'static str,
    lease: Option<Lease<B>>,
}

impl<B: Backend> Database<B> {
    /// An empty database that is the caller's alone, in which the suite's tables are made.
    #[must_use]
    pub const fn new(settings: OrmBuilder<B>, flavour: Flavour) -> Self {
        Self { settings, tables: flavour.tables(), lease: None }
    }

    /// A database with the suite's tables and without rows, on the server that the environment names.
    ///
    /// It goes back when the last connection to it is closed, and another test gets it, emptied. A test must not change
    /// the tables.
    #[must_use]
    pub fn on_server(flavour: Flavour) -> Self {
        Self::leased(Lease::with_tables(flavour))
    }

    /// A database without tables, on the server that the environment names, for tests that make their own.
    #[must_use]
    pub fn empty_on_server(flavour: Flavour) -> Self {
        Self::leased(Lease::empty(flavour))
    }

    /// A database without tables: in memory for SQLite, otherwise [on the server](Self::empty_on_server).
    #[must_use]
    pub fn empty(flavour: Flavour) -> Self {
        match flavour {
            Flavour::Sqlite => Self { settings: Orm::builder(":memory:"), tables: "", lease: None },
            _ => Self::empty_on_server(flavour),
        }
    }

    fn leased(lease: Lease<B>) -> Self {
        Self { settings: Orm::builder(lease.url()), tables: "", lease: Some(lease) }
    }

    /// Its address, for connections of a test's own beside the pool's. Nobody else works with it until the last connection
    /// that [`open`](Self::open) made is closed.
    #[must_use]
    pub fn url(&self) -> &str {
        self.lease.as_ref().map_or("", Lease::url)
    }

    /// Connects.
    #[must_use]
    pub fn open(self, settings: impl FnOnce(OrmBuilder<B>) -> OrmBuilder<B>) -> (Orm<B>, Statements) {
        let log = StatementLog::new();
        let (sink, lease) = (log.clone(), self.lease);
        let instrument = move || {
            // The pool holds this closure, and so the database, as long as it lives.
            let _held = &lease;
            sink.clone()
        };
        let orm = settings(self.settings).instrument(instrument).build().unwrap();
        if !self.tables.is_empty() {
            execute(&orm, self.tables);
        }
        log.take();
        let statements = Statements::of(&orm, log);
        (orm, statements)
    }
}
