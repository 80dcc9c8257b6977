//! What is not to stay in a collection, taken out by one statement without being loaded.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};

use super::core::Core;
use crate::backend::Backend;
use crate::entity::{ColumnSet, Entity, EntityMeta, Model, RelationMeta};
use crate::error::Result;
use crate::relation::ToOne;
use crate::statement::{SetBased, Text, database, sql_of, version_clause};

/// What becomes of rows that are taken out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    Deleted,
    LetGo,
}

impl<B: Backend> Core<B> {
    /// Takes the rows that refer to an owner by `V` out, but for those that `others` of their columns name. Whether it could:
    /// not where there are too many keys for one statement, or where rows that refer to them have a say.
    pub(crate) fn take_out_others<V, T>(
        &mut self,
        owner: u32,
        kept: &[u32],
        others: &'static [usize],
        leaving: Leaving,
    ) -> Result<bool>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
        T: Entity<B>,
    {
        let arena = self.map.arena_mut::<T>();
        let kept: Vec<T::Key> = kept.iter().filter_map(|&slot| arena.key_of(slot)).collect();
        let Some(owner) = self.map.arena_mut::<V::Target>().key_of(owner) else { return Ok(false) };
        let binds = V::Target::meta().key.len() + kept.len() * T::meta().key.len();
        if V::Owner::CASCADES || binds > self.map.dialect().max_binds {
            return Ok(false);
        }
        let (changes, version): (Option<Box<dyn QueryFragment<B::Diesel>>>, _) = match leaving {
            Leaving::Deleted => (None, String::new()),
            Leaving::LetGo => {
                let columns = released(V::Owner::meta(), V::INDEX);
                let version = version_clause::<V::Owner, B>(columns)?;
                (Some(Box::new(Plain(nulls::<V::Owner, B>(columns).map_err(database::<B>)?))), version)
            }
        };
        let text = others_of::<V, B>(others, kept.len(), self.map.dialect()).map_err(database::<B>)?;
        let filter = Box::new(Others::<V::Target, T, B> { text, owner, kept, _backend: PhantomData });
        let statement = SetBased::<V::Owner, B> { changes, version, filter, of: PhantomData };
        self.flush_before(None, || sql_of::<B>(&statement).map_err(database::<B>))?;
        self.execute_set_based(&statement)?;
        Ok(true)
    }
}

/// The columns that are NULL where a relation refers to nothing: those that no other relation has, as far as there are any.
fn released(meta: &EntityMeta, relation: usize) -> ColumnSet {
    let is_nullable = |column: &usize| meta.columns.get(*column).is_some_and(|column| column.nullable);
    let of = |relation: &RelationMeta| -> ColumnSet {
        relation.columns.iter().copied().filter(is_nullable).collect()
    };
    let (mut own, mut shared) = (ColumnSet::EMPTY, ColumnSet::EMPTY);
    for (index, other) in meta.relations.iter().enumerate() {
        if index == relation {
            own = of(other);
        } else {
            shared |= of(other);
        }
    }
    let alone = own.without(shared);
    if alone.is_empty() { own } else { alone }
}

/// `author_id = NULL`
fn nulls<E: Entity<B>, B: Backend>(columns: ColumnSet) -> QueryResult<String> {
    let mut text = Text::<B>::of::<E>();
    for (place, column) in columns.iter().enumerate() {
        text.sql(if place == 0 { "" } else { ", " });
        text.name(column)?;
        text.sql(" = NULL");
    }
    Ok(text.finish())
}

/// ` WHERE author_id = ? AND NOT (id IN (?, ?))`
fn others_of<V, B>(
    others: &'static [usize],
    kept: usize,
    dialect: &crate::backend::Dialect,
) -> QueryResult<String>
where
    B: Backend,
    V: ToOne<Owner: Entity<B>>,
{
    let mut text = Text::<B>::of::<V::Owner>();
    let holder = V::Owner::meta().relations.get(V::INDEX).map_or(&[][..], |relation| relation.columns);
    text.sql(" WHERE ");
    text.keyed(holder, 1, dialect)?;
    if kept > 0 {
        text.sql(" AND NOT (");
        text.keyed(others, kept, dialect)?;
        text.sql(")");
    }
    Ok(text.finish())
}

/// The condition, and the keys in it: of an owner `P`, and of rows `T` that stay.
struct Others<P: Model, T: Model, B> {
    text: String,
    owner: P::Key,
    kept: Vec<T::Key>,
    _backend: PhantomData<fn() -> B>,
}

impl<P: Entity<B>, T: Entity<B>, B: Backend> QueryFragment<B::Diesel> for Others<P, T, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        out.push_sql(&self.text);
        (0..P::meta().key.len()).try_for_each(|part| P::bind_key(&self.owner, part, out.reborrow()))?;
        self.kept.iter().try_for_each(|key| {
            (0..T::meta().key.len()).try_for_each(|part| T::bind_key(key, part, out.reborrow()))
        })
    }
}

/// A text without values.
struct Plain(String);

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Plain {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&self.0);
        Ok(())
    }
}
