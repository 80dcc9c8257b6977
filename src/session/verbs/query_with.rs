//! `query(..).with(plan)`: rows and their relations in one call.

use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::Result;
use crate::relation::{Loaded, Run};
use crate::session::verbs::Query;

/// A query whose rows are to have relations loaded.
#[must_use = "a query does nothing until `all`, `first` or `one` runs it"]
#[derive(Debug)]
pub struct QueryWith<'u, 's, 'q, B: Backend, A: ?Sized, E, P> {
    query: Query<'u, 's, 'q, B, A, E>,
    plan: P,
}

impl<'u, 's, 'q, B: Backend, A: ?Sized, E: Entity<B>> Query<'u, 's, 'q, B, A, E> {
    /// Loads these relations for the rows that the query gives, as [`populate`](crate::UnitOfWork::populate) does.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = authors::table.filter(authors::name.eq("Ursula"));
    /// let ursula = session.query::<Author>(ursula).with(Author::books()).one()?; // two SELECTs
    /// assert_eq!(session.related(&ursula, Author::books()).len(), 1);
    /// # Ok(())
    /// # }) }
    /// ```
    pub const fn with<P: Run<E, B>>(self, plan: P) -> QueryWith<'u, 's, 'q, B, A, E, P> {
        QueryWith { query: self, plan }
    }
}

impl<'s, B: Backend, A: ?Sized, E: Entity<B>, P: Run<E, B>> QueryWith<'_, 's, '_, B, A, E, P> {
    /// All rows, as [`Query::all`] gives them, with what was loaded in their types.
    ///
    /// # Errors
    ///
    /// As [`Query::all`] and [`populate`](crate::UnitOfWork::populate). Rows that came in until then stay.
    pub fn all(self) -> Result<Vec<Loaded<'s, E, P::Onto<()>>>> {
        let (uow, rows) = self.query.all_in()?;
        uow.populate(&rows, self.plan)
    }

    /// The first row, if any, as [`Query::first`] gives it. Without one, nothing more is asked for.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub fn first(self) -> Result<Option<Loaded<'s, E, P::Onto<()>>>> {
        let (uow, row) = self.query.first_in()?;
        row.map(|row| uow.populate(&row, self.plan)).transpose()
    }

    /// The one row, as [`Query::one`] gives it.
    ///
    /// # Errors
    ///
    /// As [`Query::one`] and [`all`](Self::all).
    pub fn one(self) -> Result<Loaded<'s, E, P::Onto<()>>> {
        let (uow, row) = self.query.one_in()?;
        uow.populate(&row, self.plan)
    }
}
