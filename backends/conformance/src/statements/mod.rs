//! The statements that reached the database, by shape, so that one expectation holds for every database.

mod read_back;
mod shape;

use moored::{Backend, Orm, StatementLog};

use crate::samples;
use shape::shape;

/// Marks what the test itself sends, beside the library.
pub(crate) const ELSEWHERE: &str = "/* elsewhere */";

/// The statements that reached the database.
///
/// `B` begin, `C` commit, `R` rollback, `SP` savepoint, `RELEASE`, `RB SP` rollback to a savepoint, `INSERT authors`,
/// `SELECT authors`, `UPDATE authors (name, version)`, `DELETE authors`; anything else as it is. Questions about the
/// tables themselves are left out: a server is asked once for each table and pool, in whichever test comes first.
#[derive(Clone, Debug)]
pub struct Statements {
    log: StatementLog,
    /// Whether what the database fills is read back by a SELECT.
    reads_back: bool,
}

impl Statements {
    pub(crate) fn of<B: Backend>(orm: &Orm<B>, log: StatementLog) -> Self {
        Self { log, reads_back: samples::reads_back(orm) }
    }

    /// Compares the shapes of the statements since the last call with those expected of a database that gives columns back.
    #[track_caller]
    pub fn expect<S: AsRef<str>>(&self, expected: impl IntoIterator<Item = S>) {
        assert_eq!(self.take(), self.expected(expected));
    }

    /// The same for statements whose order is open.
    #[track_caller]
    pub fn expect_in_any_order<S: AsRef<str>>(&self, expected: impl IntoIterator<Item = S>) {
        let (mut sent, mut expected) = (self.take(), self.expected(expected));
        sent.sort();
        expected.sort();
        assert_eq!(sent, expected);
    }

    /// What is expected of this database where that is expected of one that gives columns back.
    #[must_use]
    pub fn expected<S: AsRef<str>>(&self, expected: impl IntoIterator<Item = S>) -> Vec<String> {
        let expected = expected.into_iter().map(|shape| shape.as_ref().to_owned()).collect();
        if self.reads_back { read_back::expected(expected) } else { expected }
    }

    /// The shapes of the statements since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        self.take_sql().iter().map(|sql| shape(sql)).collect()
    }

    /// The statements since the last call as they were sent.
    #[must_use]
    pub fn take_sql(&self) -> Vec<String> {
        const ASIDE: [&str; 3] = [ELSEWHERE, "pg_catalog", "information_schema"];
        let mut statements = self.log.take();
        statements.retain(|sql| !ASIDE.iter().any(|aside| sql.contains(aside)));
        statements
    }

    /// Forgets the statements up to here.
    pub fn skip(&self) {
        self.log.take();
    }
}
