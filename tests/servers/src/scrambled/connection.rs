//! A connection: Diesel's own to the same database, and what becomes of its answers.

use diesel::connection::{
    AnsiTransactionManager, CacheSize, Connection, ConnectionSealed, Instrumentation, LoadConnection,
    SimpleConnection,
};
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::{ConnectionResult, QueryResult};

use super::{Dial, SharedRow};

/// A connection whose answers the [`Dial`] decides on.
///
/// Diesel lets others implement its `Connection` under the feature
/// `i-implement-a-third-party-backend-and-opt-into-breaking-changes`. A backend that speaks to a database of which Diesel knows
/// nothing does without an inner connection, and sends the text and the values of a fragment itself.
pub struct ScrambledConnection<C> {
    inner: C,
    dial: Dial,
}

impl<C> ScrambledConnection<C> {
    pub(super) const fn new(inner: C, dial: Dial) -> Self {
        Self { inner, dial }
    }

    /// The connection that answers straight.
    pub const fn straight(&mut self) -> &mut C {
        &mut self.inner
    }
}

impl<C: SimpleConnection> SimpleConnection for ScrambledConnection<C> {
    fn batch_execute(&mut self, sql: &str) -> QueryResult<()> {
        self.inner.batch_execute(sql)
    }
}

impl<C> ConnectionSealed for ScrambledConnection<C> {}

impl<C> Connection for ScrambledConnection<C>
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    type Backend = C::Backend;
    type TransactionManager = AnsiTransactionManager;

    fn establish(url: &str) -> ConnectionResult<Self> {
        Ok(Self::new(C::establish(url)?, Dial::default()))
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<C::Backend> + QueryId,
    {
        self.inner.execute_returning_count(source)
    }

    /// The one account of transactions is the inner connection's.
    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        self.inner.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.inner.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.inner.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.inner.set_prepared_statement_cache_size(size);
    }
}

/// In whatever modes the inner connection loads.
impl<C, M> LoadConnection<M> for ScrambledConnection<C>
where
    C: Connection<TransactionManager = AnsiTransactionManager> + LoadConnection<M>,
{
    type Cursor<'conn, 'query>
        = Answer<C::Row<'conn, 'query>>
    where
        Self: 'conn;
    type Row<'conn, 'query>
        = SharedRow<C::Row<'conn, 'query>>
    where
        Self: 'conn;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<C::Backend> + QueryId + 'query,
        C::Backend: QueryMetadata<T::SqlType>,
    {
        let rows = LoadConnection::<M>::load(&mut self.inner, source)?;
        let mut rows = rows.map(|row| row.map(SharedRow::new)).collect::<QueryResult<Vec<_>>>()?;
        self.dial.apply(&mut rows);
        Ok(Answer(rows.into_iter()))
    }
}

/// The rows of an answer.
pub struct Answer<R>(std::vec::IntoIter<SharedRow<R>>);

impl<R> Iterator for Answer<R> {
    type Item = QueryResult<SharedRow<R>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Ok)
    }
}
