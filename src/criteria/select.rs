//! Criteria with an order and a limit.

use super::criterion::{Criterion, Node};
use super::{Order, text};
use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::session::Fragment;

/// Rows of an `E`: all of them, or those that fulfil a [`Criterion`], in an order, up to a limit.
pub struct Select<E> {
    pub(super) criterion: Option<Node>,
    pub(super) orders: Vec<Order<E>>,
    pub(crate) limit: Option<u32>,
    pub(crate) offset: Option<u32>,
}

impl<E: Model> Select<E> {
    /// All rows.
    #[must_use]
    pub const fn all() -> Self {
        Self { criterion: None, orders: Vec::new(), limit: None, offset: None }
    }

    /// Adds an order; it decides where the orders before it are equal.
    #[must_use]
    pub fn order(mut self, order: Order<E>) -> Self {
        self.orders.push(order);
        self
    }

    /// At most so many rows.
    #[must_use]
    pub const fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Leaves out so many rows first. Takes effect together with a limit alone.
    #[must_use]
    pub const fn offset(mut self, rows: u32) -> Self {
        self.offset = Some(rows);
        self
    }
}

impl<E: Model> From<Criterion<E>> for Select<E> {
    fn from(criterion: Criterion<E>) -> Self {
        Self { criterion: Some(criterion.node), orders: Vec::new(), limit: None, offset: None }
    }
}

impl<E: Model> From<Order<E>> for Select<E> {
    fn from(order: Order<E>) -> Self {
        Self::all().order(order)
    }
}

impl<E: Model> std::fmt::Debug for Select<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Select")
            .field("of", &E::meta().name)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl<E: Model> Select<E> {
    /// The query, limited further if a limit is given.
    pub(crate) fn fragment<B: Backend>(mut self, limit: Option<i64>) -> Fragment<'static, B>
    where
        E: Entity<B>,
    {
        self.limit_to(limit);
        Box::new(text::Statement::new(self, 0..E::meta().columns.len()))
    }

    /// Limits it further, if a limit is given.
    pub(crate) fn limit_to(&mut self, limit: Option<i64>) {
        if let Some(rows) = limit.and_then(|rows| u32::try_from(rows).ok()) {
            self.limit = Some(self.limit.map_or(rows, |own| own.min(rows)));
        }
    }

    /// The query of the keys alone.
    pub(crate) fn keys<B: Backend>(self) -> Fragment<'static, B>
    where
        E: Entity<B>,
    {
        Box::new(text::Statement::new(self, E::meta().key.iter().copied()))
    }
}
