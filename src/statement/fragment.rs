//! Query fragments: a text that is written already, and the values that go into its placeholders.
//!
//! Diesel walks a statement three times at each execution: for its text, for whether it may be cached, and for its
//! values. Only the last has to visit the rows; where Diesel asks the fragment itself, the first two are answered without a
//! walk.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment, QueryId};

use crate::backend::Backend;
use crate::entity::{Bind, ColumnSet, Entity};
use crate::identity::Expression;

type DB<B> = <B as Backend>::Diesel;

/// Whether a text is one of the few that the statement cache keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cached {
    Yes,
    No,
}

impl Cached {
    /// Of statements of many sizes, that of one row and the largest are kept.
    pub(super) const fn of(rows: usize, largest: usize) -> Self {
        if rows == 1 || rows == largest { Self::Yes } else { Self::No }
    }
}

/// A text, and what pushes the values for its placeholders.
pub(crate) struct Statement<'a, DB> {
    pub(super) text: &'a str,
    pub(super) cached: Cached,
    pub(super) values: &'a dyn QueryFragment<DB>,
}

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Statement<'_, DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.cached == Cached::No {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql(self.text);
        self.values.walk_ast(out)
    }

    fn to_sql(&self, out: &mut DB::QueryBuilder, _: &DB) -> QueryResult<()> {
        out.push_sql(self.text);
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(self.cached == Cached::Yes)
    }
}

/// The texts vary within one Rust type, so the cache has to go by the text.
impl<DB> QueryId for Statement<'_, DB> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// The values of one row's UPDATE.
pub(crate) struct UpdatedRow<'a, DB> {
    pub(crate) now: &'a dyn Bind<DB>,
    pub(crate) base: &'a dyn Bind<DB>,
    /// The columns that are set to a bound value; with the version, when it is checked.
    pub(crate) set: ColumnSet,
    pub(crate) key: &'static [usize],
    /// The version column, when it is checked.
    pub(crate) version: Option<usize>,
}

impl<DB: diesel::backend::Backend> QueryFragment<DB> for UpdatedRow<'_, DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for column in self.set.iter().chain(self.version) {
            self.now.bind(column, out.reborrow())?;
        }
        for &column in self.key.iter().chain(&self.version) {
            self.base.bind(column, out.reborrow())?;
        }
        Ok(())
    }
}

/// One row's UPDATE with columns that the database computes.
pub(crate) struct ComputeRow<'a, B: Backend> {
    /// The text around the expressions.
    pub(crate) pieces: &'a [String],
    pub(crate) expressions: &'a [Expression<B>],
    pub(crate) values: &'a dyn QueryFragment<DB<B>>,
}

impl<B: Backend> QueryFragment<DB<B>> for ComputeRow<'_, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        // The expressions are the caller's; their texts may differ every time.
        out.unsafe_to_cache_prepared();
        let mut expressions = self.expressions.iter();
        for piece in self.pieces {
            out.push_sql(piece);
            if let Some(expression) = expressions.next() {
                expression.sql.walk_ast(out.reborrow())?;
            }
        }
        // The text has the expressions before everything that is bound.
        self.values.walk_ast(out)
    }
}

impl<B: Backend> QueryId for ComputeRow<'_, B> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// The values by which one row is known.
pub(crate) struct Known<'a, E: Entity<B>, B: Backend> {
    pub(crate) key: &'a E::Key,
    /// The row and the column whose version is checked.
    pub(crate) version: Option<(&'a dyn Bind<DB<B>>, usize)>,
}

impl<E: Entity<B>, B: Backend> QueryFragment<DB<B>> for Known<'_, E, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        for part in 0..E::meta().key.len() {
            E::bind_key(self.key, part, out.reborrow())?;
        }
        match self.version {
            Some((row, column)) => row.bind(column, out),
            None => Ok(()),
        }
    }
}
