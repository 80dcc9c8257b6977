//! What rows have to fulfil, as a tree.

use std::any::Any;
use std::marker::PhantomData;

use super::{Order, Select};
use crate::entity::Model;

/// What rows of an `E` have to fulfil: made of [`Field`](super::Field)s, joined by `and`, `or` and `!`.
///
/// Pass it to [`UnitOfWork::select`](crate::UnitOfWork::select), as it is or ordered and limited.
pub struct Criterion<E> {
    pub(super) node: Node,
    _of: PhantomData<fn() -> E>,
}

/// A value of a column, of the type of its field.
pub(super) type Value = Box<dyn Any + Send + Sync>;

pub(super) enum Node {
    Every,
    Compare { column: usize, operator: Operator, value: Value },
    In { column: usize, values: Vec<Value> },
    Null { column: usize, negated: bool },
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
}

#[derive(Clone, Copy)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
}

impl<E: Model> Criterion<E> {
    pub(super) const fn of(node: Node) -> Self {
        Self { node, _of: PhantomData }
    }

    /// Every row.
    #[must_use]
    pub const fn all() -> Self {
        Self::of(Node::Every)
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::of(Node::And(Box::new(self.node), Box::new(other.node)))
    }

    /// One, the other, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::of(Node::Or(Box::new(self.node), Box::new(other.node)))
    }

    /// The rows that fulfil it, in that order.
    #[must_use]
    pub fn order(self, order: Order<E>) -> Select<E> {
        Select::from(self).order(order)
    }

    /// At most so many of the rows that fulfil it.
    #[must_use]
    pub fn limit(self, rows: u32) -> Select<E> {
        Select::from(self).limit(rows)
    }
}

impl<E: Model> std::ops::Not for Criterion<E> {
    type Output = Self;

    fn not(self) -> Self {
        Self::of(Node::Not(Box::new(self.node)))
    }
}

impl<E: Model> std::fmt::Debug for Criterion<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never a column's value.
        write!(f, "Criterion<{}>(..)", E::meta().name)
    }
}
