//! What fields are set to, and a condition, as the two parts of a statement that changes rows.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};

use super::Criterion;
use super::criterion::{Node, Value};
use super::text::{bind, condition};
use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::session::Fragment;
use crate::statement::Text;

/// What fields of an `E` are set to: `Book::COPIES.to(0).and(Book::TITLE.to("Kindred"))`.
pub struct Assignments<E> {
    values: Vec<(usize, Value)>,
    _of: PhantomData<fn() -> E>,
}

impl<E: Model> Assignments<E> {
    pub(super) fn one(column: usize, value: Value) -> Self {
        Self { values: vec![(column, value)], _of: PhantomData }
    }

    /// And these as well. Where a field is set twice, the second counts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (column, value) in other.values {
            self.values.retain(|(set, _)| *set != column);
            self.values.push((column, value));
        }
        self
    }
}

impl<E: Model> std::fmt::Debug for Assignments<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never a column's value.
        write!(f, "Assignments<{}>(..)", E::meta().name)
    }
}

impl<E: Model> Criterion<E> {
    /// The WHERE clause.
    pub(crate) fn filter<B: Backend>(self) -> Fragment<'static, B>
    where
        E: Entity<B>,
    {
        Box::new(Part::<E, B>::filter(self, 0))
    }

    /// The assignments, and the WHERE clause whose placeholders are numbered after theirs.
    pub(crate) fn with<B: Backend>(self, to: Assignments<E>) -> (Fragment<'static, B>, Fragment<'static, B>)
    where
        E: Entity<B>,
    {
        let before = to.values.len();
        (Box::new(Part::<E, B>::set(to)), Box::new(Part::<E, B>::filter(self, before)))
    }
}

/// A part of a statement: a text that is written at once, and the values that go into its placeholders.
struct Part<E, B> {
    text: QueryResult<String>,
    values: Values,
    _of: PhantomData<fn() -> (E, B)>,
}

enum Values {
    Set(Vec<(usize, Value)>),
    Filter(Node),
}

impl<E: Entity<B>, B: Backend> Part<E, B> {
    fn set(to: Assignments<E>) -> Self {
        let mut text = Text::<B>::of::<E>();
        let written = to.values.iter().enumerate().try_for_each(|(place, (column, _))| {
            text.sql(if place == 0 { "" } else { ", " });
            text.name(*column)?;
            text.sql(" = ");
            text.placeholder();
            Ok(())
        });
        Self { text: written.map(|()| text.finish()), values: Values::Set(to.values), _of: PhantomData }
    }

    /// The condition after so many placeholders.
    fn filter(criterion: Criterion<E>, before: usize) -> Self {
        let mut text = Text::<B>::of::<E>();
        text.skip_placeholders(before);
        text.sql(" WHERE ");
        let written = condition(&mut text, &criterion.node);
        Self {
            text: written.map(|()| text.finish()),
            values: Values::Filter(criterion.node),
            _of: PhantomData,
        }
    }
}

impl<E: Entity<B>, B: Backend> QueryFragment<B::Diesel> for Part<E, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        match &self.text {
            Ok(text) => out.push_sql(text),
            Err(error) => return Err(diesel::result::Error::QueryBuilderError(error.to_string().into())),
        }
        match &self.values {
            Values::Set(values) => {
                values.iter().try_for_each(|(column, value)| E::bind_value(*column, &**value, out.reborrow()))
            }
            Values::Filter(node) => bind::<E, B>(node, &mut out),
        }
    }
}
