//! Criteria as a Diesel query fragment.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};

use super::Select;
use super::criterion::{Node, Operator};
use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::statement::Text;

/// The SELECT of criteria: a text that is written at once, and the values that go into its placeholders.
pub(super) struct Statement<E, B> {
    select: Select<E>,
    text: QueryResult<String>,
    _backend: PhantomData<fn() -> B>,
}

impl<E: Entity<B>, B: Backend> Statement<E, B> {
    /// Selects those columns.
    pub(super) fn new(select: Select<E>, columns: impl Iterator<Item = usize>) -> Self {
        let text = write::<E, B>(&select, columns);
        Self { select, text, _backend: PhantomData }
    }
}

impl<E: Entity<B>, B: Backend> QueryFragment<B::Diesel> for Statement<E, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B::Diesel>) -> QueryResult<()> {
        if self.select.has_many_texts() {
            out.unsafe_to_cache_prepared();
        }
        pushed(&self.text, &mut out)?;
        self.select.criterion.as_ref().map_or(Ok(()), |node| bind::<E, B>(node, &mut out))
    }
}

/// Pushes a text, or tells why there is none.
pub(super) fn pushed<DB: diesel::backend::Backend>(
    text: &QueryResult<String>,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    match text {
        Ok(text) => {
            out.push_sql(text);
            Ok(())
        }
        Err(error) => Err(diesel::result::Error::QueryBuilderError(error.to_string().into())),
    }
}

impl<E: Model> Select<E> {
    /// Whether a list or a number in the text makes for any number of texts.
    pub(super) fn has_many_texts(&self) -> bool {
        self.limit.is_some() || self.criterion.as_ref().is_some_and(has_list)
    }

    pub(crate) const fn has_condition(&self) -> bool {
        self.criterion.is_some()
    }

    /// How many values the condition binds.
    pub(crate) fn binds(&self) -> usize {
        self.criterion.as_ref().map_or(0, binds)
    }

    pub(crate) fn write_condition<B: Backend>(&self, text: &mut Text<B>) -> QueryResult<()> {
        self.criterion.as_ref().map_or(Ok(()), |criterion| condition(text, criterion))
    }

    pub(crate) const fn has_order(&self) -> bool {
        !self.orders.is_empty()
    }

    /// ` ORDER BY a ASC, b DESC`, or nothing.
    pub(crate) fn write_order<B: Backend>(&self, text: &mut Text<B>) -> QueryResult<()> {
        for (place, order) in self.orders.iter().enumerate() {
            text.sql(if place == 0 { " ORDER BY " } else { ", " });
            text.name(order.column)?;
            text.sql(if order.descending { " DESC" } else { " ASC" });
        }
        Ok(())
    }

    /// ` LIMIT 10 OFFSET 20`, or nothing.
    pub(crate) fn write_limit<B: Backend>(&self, text: &mut Text<B>) {
        if let Some(limit) = self.limit {
            text.sql(&format!(" LIMIT {limit}"));
            if let Some(offset) = self.offset {
                text.sql(&format!(" OFFSET {offset}"));
            }
        }
    }
}

fn write<E: Entity<B>, B: Backend>(
    select: &Select<E>,
    columns: impl Iterator<Item = usize>,
) -> QueryResult<String> {
    let mut text = Text::<B>::of::<E>();
    text.sql("SELECT ");
    text.names(columns)?;
    text.sql(" FROM ");
    text.table::<E>()?;
    if select.has_condition() {
        text.sql(" WHERE ");
    }
    select.write_condition(&mut text)?;
    select.write_order(&mut text)?;
    select.write_limit(&mut text);
    Ok(text.finish())
}

pub(super) fn condition<B: Backend>(text: &mut Text<B>, node: &Node) -> QueryResult<()> {
    match node {
        Node::Every => text.sql("1 = 1"),
        Node::Compare { column, operator, .. } => {
            text.name(*column)?;
            text.sql(operator.sql());
            text.placeholder();
        }
        // `IN ()` is a syntax error on two of the databases.
        Node::In { values, .. } if values.is_empty() => text.sql("1 = 0"),
        Node::In { column, values } => {
            text.name(*column)?;
            text.sql(" IN (");
            for place in 0..values.len() {
                if place > 0 {
                    text.sql(", ");
                }
                text.placeholder();
            }
            text.sql(")");
        }
        Node::Null { column, negated } => {
            text.name(*column)?;
            text.sql(if *negated { " IS NOT NULL" } else { " IS NULL" });
        }
        Node::And(left, right) => both(text, left, " AND ", right)?,
        Node::Or(left, right) => both(text, left, " OR ", right)?,
        Node::Not(node) => {
            text.sql("NOT (");
            condition(text, node)?;
            text.sql(")");
        }
    }
    Ok(())
}

fn both<B: Backend>(text: &mut Text<B>, left: &Node, operator: &str, right: &Node) -> QueryResult<()> {
    text.sql("(");
    condition(text, left)?;
    text.sql(operator);
    condition(text, right)?;
    text.sql(")");
    Ok(())
}

pub(super) fn bind<'b, E: Entity<B>, B: Backend>(
    node: &'b Node,
    out: &mut AstPass<'_, 'b, B::Diesel>,
) -> QueryResult<()> {
    match node {
        Node::Compare { column, value, .. } => E::bind_value(*column, &**value, out.reborrow()),
        Node::In { column, values } => {
            values.iter().try_for_each(|value| E::bind_value(*column, &**value, out.reborrow()))
        }
        Node::Every | Node::Null { .. } => Ok(()),
        Node::And(left, right) | Node::Or(left, right) => {
            bind::<E, B>(left, out)?;
            bind::<E, B>(right, out)
        }
        Node::Not(node) => bind::<E, B>(node, out),
    }
}

fn binds(node: &Node) -> usize {
    match node {
        Node::Every | Node::Null { .. } => 0,
        Node::Compare { .. } => 1,
        Node::In { values, .. } => values.len(),
        Node::And(left, right) | Node::Or(left, right) => binds(left) + binds(right),
        Node::Not(node) => binds(node),
    }
}

fn has_list(node: &Node) -> bool {
    match node {
        Node::In { .. } => true,
        Node::And(left, right) | Node::Or(left, right) => has_list(left) || has_list(right),
        Node::Not(node) => has_list(node),
        Node::Every | Node::Compare { .. } | Node::Null { .. } => false,
    }
}

impl Operator {
    const fn sql(self) -> &'static str {
        match self {
            Self::Equal => " = ",
            Self::NotEqual => " <> ",
            Self::Less => " < ",
            Self::LessOrEqual => " <= ",
            Self::Greater => " > ",
            Self::GreaterOrEqual => " >= ",
            Self::Like => " LIKE ",
        }
    }
}
