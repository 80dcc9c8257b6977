//! Names of tables and columns as they stand in texts.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment};

use super::DieselBuilder;
use crate::backend::Backend;
use crate::entity::{ColumnMeta, Entity};

/// The name of an entity's table as a fragment.
pub(in crate::statement) struct Table<E, B>(PhantomData<fn() -> (E, B)>);

impl<E, B> Default for Table<E, B> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E: Entity<B>, B: Backend> Table<E, B> {
    pub(super) fn push(&self, builder: &mut DieselBuilder<B>) -> QueryResult<()> {
        self.to_sql(builder, &B::Diesel::default())
    }
}

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
    sql_of::<B>(&Table::<E, B>::default())
}

/// The key that the database makes of an entity's rows, if it is a key of one column: the table's and the column's names,
/// quoted, and the column.
pub(in crate::statement) fn generated_key<E: Entity<B>, B: Backend>()
-> QueryResult<Option<(String, String, &'static ColumnMeta)>> {
    let [part] = E::meta().key else { return Ok(None) };
    let Some(column) = E::meta().columns.get(*part).filter(|column| column.generated) else {
        return Ok(None);
    };
    Ok(Some((table_name::<E, B>()?, quoted::<B>(column.name)?, column)))
}

/// A name in the database's quotes.
pub(crate) fn quoted<B: Backend>(name: &str) -> QueryResult<String> {
    let mut builder = DieselBuilder::<B>::default();
    builder.push_identifier(name)?;
    Ok(builder.finish())
}
