//! The rows that a relation leads to, by criteria, as a Diesel query fragment.

use std::marker::PhantomData;
use std::rc::Rc;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::Select;
use super::text::{bind, pushed};
use crate::backend::{Backend, Dialect};
use crate::entity::{Entity, Model};
use crate::statement::{Text, Way};

/// A SELECT of what a relation of owners of an entity `P` leads to, rows of an `E` that fulfil criteria.
pub(crate) struct Related<E: Model, P: Model, B> {
    select: Rc<Select<E>>,
    text: QueryResult<String>,
    keys: Vec<P::Key>,
    _backend: PhantomData<fn() -> B>,
}

impl<E: Entity<B>, P: Entity<B>, B: Backend> Related<E, P, B> {
    /// Those columns of the rows of one owner.
    pub(crate) fn of_one(
        select: Select<E>,
        way: &Way<B>,
        key: P::Key,
        columns: impl Iterator<Item = usize>,
        dialect: &Dialect,
    ) -> Self {
        let mut text = Text::of::<E>();
        let written = text.select_related(way, &select, columns, dialect);
        Self::new(Rc::new(select), written.map(|()| text.finish()), vec![key])
    }

    /// The rows of each owner, or with rows in between those.
    pub(crate) fn of_each(
        select: &Rc<Select<E>>,
        way: &Way<B>,
        keys: Vec<P::Key>,
        dialect: &Dialect,
    ) -> Self {
        let mut text = Text::of::<E>();
        let written = text.select_of_each(way, select, keys.len(), dialect);
        Self::new(Rc::clone(select), written.map(|()| text.finish()), keys)
    }

    const fn new(select: Rc<Select<E>>, text: QueryResult<String>, keys: Vec<P::Key>) -> Self {
        Self { select, text, keys, _backend: PhantomData }
    }
}

impl<E: Entity<B>, P: Entity<B>, B: Backend> QueryFragment<B::Diesel> for Related<E, P, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        // A list or a number in the text makes for any number of texts.
        if self.keys.len() > 1 || self.select.has_many_texts() {
            out.unsafe_to_cache_prepared();
        }
        pushed(&self.text, &mut out)?;
        for key in &self.keys {
            (0..P::meta().key.len()).try_for_each(|part| P::bind_key(key, part, out.reborrow()))?;
        }
        self.select.criterion.as_ref().map_or(Ok(()), |node| bind::<E, B>(node, &mut out))
    }
}

impl<E: Model, P: Model, B> QueryId for Related<E, P, B> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
