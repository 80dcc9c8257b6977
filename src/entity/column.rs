//! How the values of one column are checked against the schema and compared for the diff.

use std::any::TypeId;
use std::marker::PhantomData;

use diesel::expression::AsExpression;
use diesel::sql_types::{IntoNotNullable, SingleValue, SqlType, is_nullable};
use diesel::{Column, Expression};

/// A field type that fits the SQL type of a column, on whatever backend.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit the column `{C}`",
    label = "this field's type has no SQL form for that column",
    note = "compare the field with the column's type in `diesel::table!`; a nullable column needs `Option<..>`, a type of your own needs `AsExpression`, `ToSql` and `FromSql`"
)]
pub trait Fits<C> {}

impl<T, C> Fits<C> for T
where
    C: Column + Expression,
    C::SqlType: SqlType + SingleValue,
    T: AsExpression<C::SqlType>,
{
}

/// Whether a column takes NULL, as `diesel::table!` says, set against a field that is no `Option`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the column `{C}` takes NULL, but its field does not",
    label = "this field must be an `Option<..>`",
    note = "write `Option` itself: the derive cannot see through a type alias"
)]
pub trait NeverNull<C> {}

impl<C> NeverNull<C> for is_nullable::NotNull {}

/// A field type whose every change goes through the session: it cannot be shared, so `edit` alone leads to it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` can be changed without the session seeing it",
    label = "a change through `Rc`, `Cell` or `RefCell` would never be written",
    note = "hold the value itself; the session gives it to be changed by `edit`"
)]
pub trait Unshared {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync> Unshared for T {}

/// A column value whose equality is not Rust's `==`.
///
/// The diff of an entity asks whether two values would be *bound* alike: a NaN equals itself, `-0.0` is not `0.0`.
/// Implement it for a type of your own that wraps a float; every other type is compared by its `PartialEq`.
pub trait CompareColumn {
    /// Whether both are bound as the same value.
    fn same(&self, other: &Self) -> bool;
}

impl CompareColumn for f32 {
    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits() || (self.is_nan() && other.is_nan())
    }
}

impl CompareColumn for f64 {
    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits() || (self.is_nan() && other.is_nan())
    }
}

impl<T: CompareColumn> CompareColumn for Option<T> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: CompareColumn> CompareColumn for Vec<T> {
    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(a, b)| a.same(b))
    }
}

/// Picks between [`CompareColumn`] and `PartialEq` for a concrete type.
///
/// The derive writes `(&Compared::<T>::new()).same(a, b)`: method resolution finds the inherent-looking
/// [`CompareColumn`] form first and falls back to [`CompareByValue`] through one more reference.
#[doc(hidden)]
#[derive(Debug)]
pub struct Compared<T>(PhantomData<fn() -> T>);

impl<T> Compared<T> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: CompareColumn> Compared<T> {
    #[doc(hidden)]
    pub fn same(&self, a: &T, b: &T) -> bool {
        a.same(b)
    }
}

#[doc(hidden)]
pub trait CompareByValue<T> {
    fn same(&self, a: &T, b: &T) -> bool;
}

impl<T: PartialEq> CompareByValue<T> for Compared<T> {
    fn same(&self, a: &T, b: &T) -> bool {
        a == b
    }
}

/// The id of a SQL type, without its `Nullable`.
#[doc(hidden)]
#[must_use]
pub fn not_null_type<ST: IntoNotNullable<NotNullable: 'static>>() -> TypeId {
    TypeId::of::<ST::NotNullable>()
}
