//! Runs a statement whose rows have a known Rust type.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::connection::{Connection, DefaultLoadingMode, LoadConnection};
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use super::text::sql_of;
use crate::backend::{Backend, Form};

/// Runs `statement`, whose rows have the SQL type `ST`, and hands each to `each` until it says stop with `false`.
///
/// # Errors
///
/// What the database or the conversion of a value reports.
pub fn load<B, ST, T>(
    connection: &mut B::Connection,
    statement: &dyn QueryFragment<B::Diesel>,
    each: &mut dyn FnMut(T) -> bool,
) -> QueryResult<()>
where
    B: Backend,
    B::Diesel: QueryMetadata<ST>,
    T: FromSqlRow<ST, B::Diesel>,
{
    load_in::<B, DefaultLoadingMode, ST, T>(connection, statement, each)
}

/// The same, row by row where the backend has a loading mode for that.
///
/// # Errors
///
/// What the database or the conversion of a value reports.
pub fn stream<B, ST, T>(
    connection: &mut B::Connection,
    statement: &dyn QueryFragment<B::Diesel>,
    each: &mut dyn FnMut(T) -> bool,
) -> QueryResult<()>
where
    B: Backend,
    B::Diesel: QueryMetadata<ST>,
    T: FromSqlRow<ST, B::Diesel>,
{
    load_in::<B, B::Streaming, ST, T>(connection, statement, each)
}

fn load_in<B, M, ST, T>(
    connection: &mut B::Connection,
    statement: &dyn QueryFragment<B::Diesel>,
    each: &mut dyn FnMut(T) -> bool,
) -> QueryResult<()>
where
    B: Backend<Connection: LoadConnection<M>>,
    B::Diesel: QueryMetadata<ST>,
    T: FromSqlRow<ST, B::Diesel>,
{
    let whole = Whole::of::<B>(connection, statement)?;
    let statement = whole.as_ref().map_or(statement, |whole| whole as &dyn QueryFragment<_>);
    let typed = Typed::<_, ST>::new(statement);
    for row in LoadConnection::<M>::load(connection, typed)? {
        let value = T::build_from_row(&row?).map_err(diesel::result::Error::DeserializationError)?;
        if !each(value) {
            break;
        }
    }
    Ok(())
}

/// Runs a query of one number, for [`Backend::count`].
///
/// # Errors
///
/// What the database reports; `NotFound` when there is no row.
pub fn number<B>(connection: &mut B::Connection, query: &dyn QueryFragment<B::Diesel>) -> QueryResult<i64>
where
    B: Backend,
    B::Diesel: QueryMetadata<(BigInt,)>,
    (i64,): FromSqlRow<(BigInt,), B::Diesel>,
{
    let mut found = Err(diesel::result::Error::NotFound);
    load::<B, (BigInt,), (i64,)>(connection, query, &mut |(number,)| {
        found = Ok(number);
        false
    })?;
    found
}

/// Runs a statement and counts its rows.
pub(super) fn execute<B: Backend>(
    connection: &mut B::Connection,
    statement: &dyn QueryFragment<B::Diesel>,
) -> QueryResult<usize> {
    match Whole::of::<B>(connection, statement)? {
        Some(whole) => connection.execute_returning_count(&whole),
        None => connection.execute_returning_count(&Typed::<_, ()>::new(statement)),
    }
}

/// A statement whose values were collected by the backend.
pub(super) struct Whole<DB: diesel::backend::Backend> {
    text: String,
    is_safe_to_cache: bool,
    values: Box<dyn QueryFragment<DB>>,
}

impl<DB: diesel::backend::Backend<QueryBuilder: Default> + Default> Whole<DB> {
    /// `None` where the backend leaves values as Diesel binds them.
    pub(super) fn of<B: Backend<Diesel = DB>>(
        connection: &mut B::Connection,
        statement: &dyn QueryFragment<DB>,
    ) -> QueryResult<Option<Self>> {
        if !B::COLLECTS {
            return Ok(None);
        }
        let Some(collected) = B::collect(connection, &[statement], Form::Single)? else { return Ok(None) };
        let is_safe_to_cache = statement.is_safe_to_cache_prepared(&DB::default())?;
        Ok(Some(Self { text: sql_of::<B>(statement)?, is_safe_to_cache, values: collected.values }))
    }
}

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Whole<DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.is_safe_to_cache {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql(&self.text);
        self.values.walk_ast(out)
    }
}

/// The text differs between statements of one type, so the cache has to go by the text.
impl<DB: diesel::backend::Backend> QueryId for Whole<DB> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// A statement whose rows have the SQL type `ST`.
pub(super) struct Typed<'a, DB: diesel::backend::Backend, ST> {
    statement: &'a dyn QueryFragment<DB>,
    _row: PhantomData<fn() -> ST>,
}

impl<'a, DB: diesel::backend::Backend, ST> Typed<'a, DB, ST> {
    pub(super) fn new(statement: &'a dyn QueryFragment<DB>) -> Self {
        Self { statement, _row: PhantomData }
    }
}

impl<DB: diesel::backend::Backend, ST> Query for Typed<'_, DB, ST> {
    type SqlType = ST;
}

/// The text differs between statements of one type, so the cache has to go by the text.
impl<DB: diesel::backend::Backend, ST> QueryId for Typed<'_, DB, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: diesel::backend::Backend, ST> QueryFragment<DB> for Typed<'_, DB, ST> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.statement.walk_ast(out)
    }

    // The statement may know a shorter way than a walk.
    fn to_sql(&self, out: &mut DB::QueryBuilder, backend: &DB) -> QueryResult<()> {
        self.statement.to_sql(out, backend)
    }

    fn is_safe_to_cache_prepared(&self, backend: &DB) -> QueryResult<bool> {
        self.statement.is_safe_to_cache_prepared(backend)
    }
}
