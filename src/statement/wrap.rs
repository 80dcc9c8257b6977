//! `SELECT COUNT(*) FROM (..)` around any query, limits and DISTINCT included.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};

/// How many rows a query gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count<Q>(pub(crate) Q);

impl<Q, DB> QueryFragment<DB> for Count<Q>
where
    DB: diesel::backend::Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}
