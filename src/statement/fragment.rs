//! Query fragments: a text that is written already, and the values that go into its placeholders.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

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

fn text<B: Backend>(out: &mut AstPass<'_, '_, DB<B>>, text: &str, cached: Cached) {
    if cached == Cached::No {
        out.unsafe_to_cache_prepared();
    }
    out.push_sql(text);
}

/// A text without values.
pub(crate) struct Plain<'a> {
    pub(crate) text: &'a str,
    pub(crate) cached: Cached,
}

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Plain<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.cached == Cached::No {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql(self.text);
        Ok(())
    }
}

impl QueryId for Plain<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Rows in VALUES.
pub(crate) struct InsertRows<'a, B: Backend> {
    pub(crate) text: &'a str,
    pub(crate) cached: Cached,
    pub(crate) rows: &'a [&'a dyn Bind<DB<B>>],
    /// The columns that are bound.
    pub(crate) columns: ColumnSet,
}

impl<B: Backend> QueryFragment<DB<B>> for InsertRows<'_, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        text::<B>(&mut out, self.text, self.cached);
        for row in self.rows {
            for column in self.columns.iter() {
                row.bind(column, out.reborrow())?;
            }
        }
        Ok(())
    }
}

/// One row's UPDATE.
pub(crate) struct UpdateRow<'a, B: Backend> {
    pub(crate) text: &'a str,
    pub(crate) now: &'a dyn Bind<DB<B>>,
    pub(crate) base: &'a dyn Bind<DB<B>>,
    /// The columns that are set to a bound value; with the version, when it is checked.
    pub(crate) set: ColumnSet,
    pub(crate) key: &'static [usize],
    /// The version column, when it is checked.
    pub(crate) version: Option<usize>,
}

impl<B: Backend> QueryFragment<DB<B>> for UpdateRow<'_, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        text::<B>(&mut out, self.text, Cached::Yes);
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
    pub(crate) row: UpdateRow<'a, B>,
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
        for column in self.row.set.iter().chain(self.row.version) {
            self.row.now.bind(column, out.reborrow())?;
        }
        for &column in self.row.key.iter().chain(&self.row.version) {
            self.row.base.bind(column, out.reborrow())?;
        }
        Ok(())
    }
}

/// Rows by key: the WHERE of a SELECT or a DELETE.
pub(crate) struct ByKey<'a, E: Entity<B>, B: Backend> {
    pub(crate) text: &'a str,
    pub(crate) cached: Cached,
    pub(crate) keys: &'a [E::Key],
    /// The row and the column whose version is checked, after one key.
    pub(crate) version: Option<(&'a dyn Bind<DB<B>>, usize)>,
}

impl<E: Entity<B>, B: Backend> QueryFragment<DB<B>> for ByKey<'_, E, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        text::<B>(&mut out, self.text, self.cached);
        for key in self.keys {
            for part in 0..E::meta().key.len() {
                E::bind_key(key, part, out.reborrow())?;
            }
        }
        if let Some((row, column)) = self.version {
            row.bind(column, out.reborrow())?;
        }
        Ok(())
    }
}

/// The texts vary within one Rust type, so the cache has to go by the text.
macro_rules! keyed_by_text {
    ($($fragment:ident),*) => {$(
        impl<B: Backend> QueryId for $fragment<'_, B> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    )*};
}

keyed_by_text!(InsertRows, UpdateRow, ComputeRow);

impl<E: Entity<B>, B: Backend> QueryId for ByKey<'_, E, B> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
