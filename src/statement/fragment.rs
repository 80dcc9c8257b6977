//! Query fragments: a text that is written already, and the values that go into its placeholders.
//!
//! Diesel walks a statement three times at each execution: for its text, for whether it may be cached, and for its
//! values. Only the last has to visit the rows, so the first two are answered here without a walk.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryBuilder, QueryFragment, QueryId};
use diesel::sql_types::TypeMetadata;

use super::many::{Layout, Listed, Many, bind_arrays};
use crate::backend::Backend;
use crate::entity::{Bind, ColumnSet, Entity};
use crate::identity::Expression;

pub(super) type DB<B> = <B as Backend>::Diesel;

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

type Builder<B> = <DB<B> as diesel::backend::Backend>::QueryBuilder;

pub(super) fn text<B: Backend>(out: &mut AstPass<'_, '_, DB<B>>, text: &str, cached: Cached) {
    if cached == Cached::No {
        out.unsafe_to_cache_prepared();
    }
    out.push_sql(text);
}

/// Answers the passes that need no value, out of the fields `text` and, where there is one, `cached`.
macro_rules! without_a_walk {
    ($cached:expr) => {
        fn to_sql(&self, out: &mut Builder<B>, _: &DB<B>) -> QueryResult<()> {
            out.push_sql(self.text);
            Ok(())
        }

        fn is_safe_to_cache_prepared(&self, _: &DB<B>) -> QueryResult<bool> {
            let cached: fn(&Self) -> Cached = $cached;
            Ok(cached(self) == Cached::Yes)
        }
    };
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

/// A text with the values of many rows.
pub(crate) struct Rows<'a, B: Backend> {
    text: &'a str,
    cached: Cached,
    values: Listed<'a, DB<B>>,
    layout: Layout,
}

impl<'a, B: Backend> Rows<'a, B> {
    pub(super) fn new(text: &'a str, cached: Cached, values: &'a dyn Many<DB<B>>, layout: Layout) -> Self {
        Self { text, cached, values: Listed(values), layout }
    }
}

impl<B: Backend> QueryFragment<DB<B>> for Rows<'_, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        text::<B>(&mut out, self.text, self.cached);
        self.values.walk_ast(out)
    }

    fn collect_binds<'b>(
        &'b self,
        out: &mut <DB<B> as diesel::backend::Backend>::BindCollector<'b>,
        lookup: &mut <DB<B> as TypeMetadata>::MetadataLookup,
        backend: &'b DB<B>,
    ) -> QueryResult<()> {
        match self.layout {
            Layout::Listed => self.values.collect_binds(out, lookup, backend),
            Layout::Arrays => bind_arrays::<B>(self.values.0, out, lookup, backend),
        }
    }

    without_a_walk!(|fragment| fragment.cached);
}

/// A statement whose values may have so many bytes.
pub(crate) struct Within<B, F> {
    fragment: F,
    max_bytes: usize,
    _backend: PhantomData<fn() -> B>,
}

impl<B, F> Within<B, F> {
    pub(super) const fn new(max_bytes: usize, fragment: F) -> Self {
        Self { fragment, max_bytes, _backend: PhantomData }
    }
}

impl<B: Backend, F: QueryFragment<DB<B>>> QueryFragment<DB<B>> for Within<B, F> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        self.fragment.walk_ast(out)
    }

    fn to_sql(&self, out: &mut Builder<B>, backend: &DB<B>) -> QueryResult<()> {
        self.fragment.to_sql(out, backend)
    }

    fn collect_binds<'b>(
        &'b self,
        out: &mut <DB<B> as diesel::backend::Backend>::BindCollector<'b>,
        lookup: &mut <DB<B> as TypeMetadata>::MetadataLookup,
        backend: &'b DB<B>,
    ) -> QueryResult<()> {
        self.fragment.collect_binds(out, lookup, backend)?;
        if self.max_bytes < usize::MAX && B::bytes(out) > self.max_bytes {
            return Err(TooLarge.into());
        }
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, backend: &DB<B>) -> QueryResult<bool> {
        self.fragment.is_safe_to_cache_prepared(backend)
    }
}

impl<B, F> QueryId for Within<B, F> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Values that are more than one statement carries. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("the values of a statement are larger than the database takes at once")]
pub(crate) struct TooLarge;

/// A column of which the database has no array. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("the database has no array of a column's type")]
pub(crate) struct NoArray;

impl From<TooLarge> for diesel::result::Error {
    fn from(refused: TooLarge) -> Self {
        Self::QueryBuilderError(Box::new(refused))
    }
}

impl From<NoArray> for diesel::result::Error {
    fn from(refused: NoArray) -> Self {
        Self::QueryBuilderError(Box::new(refused))
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

impl<B: Backend> UpdateRow<'_, B> {
    fn values<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        for column in self.set.iter().chain(self.version) {
            self.now.bind(column, out.reborrow())?;
        }
        for &column in self.key.iter().chain(&self.version) {
            self.base.bind(column, out.reborrow())?;
        }
        Ok(())
    }
}

impl<B: Backend> QueryFragment<DB<B>> for UpdateRow<'_, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        text::<B>(&mut out, self.text, Cached::Yes);
        self.values(out)
    }

    without_a_walk!(|_| Cached::Yes);
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
        self.row.values(out)
    }
}

/// One row by key: the WHERE of a SELECT or a DELETE.
pub(crate) struct ByKey<'a, E: Entity<B>, B: Backend> {
    pub(crate) text: &'a str,
    pub(crate) key: &'a E::Key,
    /// The row and the column whose version is checked.
    pub(crate) version: Option<(&'a dyn Bind<DB<B>>, usize)>,
}

impl<E: Entity<B>, B: Backend> QueryFragment<DB<B>> for ByKey<'_, E, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB<B>>) -> QueryResult<()> {
        text::<B>(&mut out, self.text, Cached::Yes);
        for part in 0..E::meta().key.len() {
            E::bind_key(self.key, part, out.reborrow())?;
        }
        if let Some((row, column)) = self.version {
            row.bind(column, out.reborrow())?;
        }
        Ok(())
    }

    without_a_walk!(|_| Cached::Yes);
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

keyed_by_text!(Rows, UpdateRow, ComputeRow);

impl<E: Entity<B>, B: Backend> QueryId for ByKey<'_, E, B> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
