//! Typed fields, and the criteria that can be made of them.

use std::marker::PhantomData;

use super::Select;
use super::assignments::Assignments;
use super::criterion::{Criterion, Node, Operator};
use crate::entity::Model;

/// The field of an `E` that holds a `T`: `Author::NAME`.
///
/// `#[derive(Entity)]` makes one for every field, named like it in capitals.
pub struct Field<E, T> {
    column: usize,
    _of: PhantomData<Of<E, T>>,
}

type Of<E, T> = fn() -> (E, T);

impl<E, T> Field<E, T> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(column: usize) -> Self {
        Self { column, _of: PhantomData }
    }
}

impl<E, T> Clone for Field<E, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, T> Copy for Field<E, T> {}

impl<E, T> Field<E, T> {
    pub(crate) const fn column(self) -> usize {
        self.column
    }
}

impl<E: Model, T> std::fmt::Debug for Field<E, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let meta = E::meta();
        write!(f, "{}.{}", meta.name, meta.columns.get(self.column).map_or("?", |column| column.field))
    }
}

impl<E: Model, T: Send + Sync + 'static> Field<E, T> {
    fn compare(self, operator: Operator, value: impl Into<T>) -> Criterion<E> {
        Criterion::of(Node::Compare { column: self.column, operator, value: Box::new(value.into()) })
    }

    /// Equal. A NULL is equal to nothing; see [`is_null`](Field::is_null).
    #[must_use]
    pub fn eq(self, value: impl Into<T>) -> Criterion<E> {
        self.compare(Operator::Equal, value)
    }

    /// Not equal; a NULL is not found.
    #[must_use]
    pub fn ne(self, value: impl Into<T>) -> Criterion<E> {
        self.compare(Operator::NotEqual, value)
    }

    /// Less than.
    #[must_use]
    pub fn lt(self, value: impl Into<T>) -> Criterion<E> {
        self.compare(Operator::Less, value)
    }

    /// Less than or equal.
    #[must_use]
    pub fn le(self, value: impl Into<T>) -> Criterion<E> {
        self.compare(Operator::LessOrEqual, value)
    }

    /// Greater than.
    #[must_use]
    pub fn gt(self, value: impl Into<T>) -> Criterion<E> {
        self.compare(Operator::Greater, value)
    }

    /// Greater than or equal.
    #[must_use]
    pub fn ge(self, value: impl Into<T>) -> Criterion<E> {
        self.compare(Operator::GreaterOrEqual, value)
    }

    /// Equal to one of the values; to none of an empty list.
    #[must_use]
    pub fn is_in<V: Into<T>>(self, values: impl IntoIterator<Item = V>) -> Criterion<E> {
        let values = values.into_iter().map(|value| Box::new(value.into()) as _).collect();
        Criterion::of(Node::In { column: self.column, values })
    }

    /// Set to a value, in [`update_where`](crate::UnitOfWork::update_where).
    #[must_use]
    pub fn to(self, value: impl Into<T>) -> Assignments<E> {
        Assignments::one(self.column, Box::new(value.into()))
    }

    /// In ascending order of this field.
    #[must_use]
    pub const fn asc(self) -> Order<E> {
        Order { column: self.column, descending: false, _of: PhantomData }
    }

    /// In descending order of this field.
    #[must_use]
    pub const fn desc(self) -> Order<E> {
        Order { column: self.column, descending: true, _of: PhantomData }
    }
}

impl<E: Model, T: Send + Sync + 'static> Field<E, Option<T>> {
    /// NULL.
    #[must_use]
    pub fn is_null(self) -> Criterion<E> {
        Criterion::of(Node::Null { column: self.column, negated: false })
    }

    /// Not NULL.
    #[must_use]
    pub fn is_not_null(self) -> Criterion<E> {
        Criterion::of(Node::Null { column: self.column, negated: true })
    }
}

impl<E: Model> Field<E, String> {
    /// Like a pattern in which `%` stands for any text and `_` for any character. Whether capitals matter is the
    /// database's to say.
    #[must_use]
    pub fn like(self, pattern: impl Into<String>) -> Criterion<E> {
        self.compare(Operator::Like, pattern)
    }
}

impl<E: Model> Field<E, Option<String>> {
    /// Like a pattern in which `%` stands for any text and `_` for any character. Whether capitals matter is the
    /// database's to say.
    #[must_use]
    pub fn like(self, pattern: impl Into<String>) -> Criterion<E> {
        self.compare(Operator::Like, pattern.into())
    }
}

/// An order of rows by one field.
pub struct Order<E> {
    pub(super) column: usize,
    pub(super) descending: bool,
    _of: PhantomData<fn() -> E>,
}

impl<E: Model> Order<E> {
    /// At most so many rows, in this order.
    #[must_use]
    pub fn limit(self, rows: u32) -> Select<E> {
        Select::from(self).limit(rows)
    }
}

impl<E> std::fmt::Debug for Order<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order").field("column", &self.column).field("descending", &self.descending).finish()
    }
}
