//! The names of tables, and the text of any query, to find them in it.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment};

use super::text::DieselBuilder;
use crate::backend::Backend;
use crate::entity::Entity;

/// The name of an entity's table as a fragment.
pub(crate) struct Table<E, B>(pub(crate) PhantomData<fn() -> (E, B)>);

impl<E: Entity<B>, B: Backend> QueryFragment<B::Diesel> for Table<E, B> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        E::push_table(out)
    }
}

/// The text of any query.
pub(crate) fn sql_of<B: Backend>(query: &(impl QueryFragment<B::Diesel> + ?Sized)) -> QueryResult<String> {
    let mut builder = DieselBuilder::<B>::default();
    query.to_sql(&mut builder, &B::Diesel::default())?;
    Ok(builder.finish())
}

/// The quoted name of an entity's table, as it occurs in the text of any query that reads it.
pub(crate) fn table_name<E: Entity<B>, B: Backend>() -> QueryResult<String> {
    sql_of::<B>(&Table::<E, B>(PhantomData))
}
