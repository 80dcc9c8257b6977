//! Runs a statement whose rows have a known Rust type.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::connection::{DefaultLoadingMode, LoadConnection};
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

use crate::backend::Backend;

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
    let typed = Typed { statement, _row: PhantomData::<fn() -> ST> };
    for row in LoadConnection::<M>::load(connection, typed)? {
        let value = T::build_from_row(&row?).map_err(diesel::result::Error::DeserializationError)?;
        if !each(value) {
            break;
        }
    }
    Ok(())
}

/// A statement whose rows have the SQL type `ST`.
struct Typed<'a, DB: diesel::backend::Backend, ST> {
    statement: &'a dyn QueryFragment<DB>,
    _row: PhantomData<fn() -> ST>,
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
