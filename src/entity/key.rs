//! Typed keys: `Key<Author>` refers to an author and to nothing else.

use std::fmt;
use std::hash::{Hash, Hasher};

use diesel::backend::Backend as DieselBackend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::internal::derives::as_expression::Bound;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{SingleValue, SqlType};

use super::Model;

/// The primary key of an `E`, which no other entity's key can stand in for.
///
/// A field of this type holds a foreign key. It binds and loads like the key itself.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// # fn main() -> moored::Result<()> { in_session(|session| {
/// let key: Key<Author> = Key::new(1);
/// let ursula = session.find::<Author>(key)?.required()?;
/// let books = session.query::<Book>(books::table.filter(books::author_id.eq(session.key(&ursula)))).all()?;
/// assert_eq!(session[&books[0]].author_id, key);
/// # Ok(())
/// # }) }
/// ```
pub struct Key<E: Model>(E::Key);

impl<E: Model> Key<E> {
    /// Wraps a key. Whether such a row exists is for the database to say.
    pub fn new(key: impl IntoKey<E>) -> Self {
        Self(key.into_key())
    }

    /// Wraps a value of the key's own type, which generic code has where it has no [`IntoKey`].
    pub const fn from_value(key: E::Key) -> Self {
        Self(key)
    }

    /// The key's value.
    pub const fn value(&self) -> &E::Key {
        &self.0
    }

    /// The key's value, taken out.
    pub fn into_value(self) -> E::Key {
        self.0
    }
}

impl<E: Model> Clone for Key<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E: Model<Key: Copy>> Copy for Key<E> {}

impl<E: Model> fmt::Debug for Key<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key<{}>({:?})", E::meta().name, self.0)
    }
}

impl<E: Model<Key: fmt::Display>> fmt::Display for Key<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: Model> PartialEq for Key<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E: Model> Eq for Key<E> {}

impl<E: Model> PartialOrd for Key<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E: Model> Ord for Key<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<E: Model> Hash for Key<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Model, ST, DB> ToSql<ST, DB> for Key<E>
where
    DB: DieselBackend,
    E::Key: ToSql<ST, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<E: Model, ST, DB> FromSql<ST, DB> for Key<E>
where
    DB: DieselBackend,
    E::Key: FromSql<ST, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        E::Key::from_sql(bytes).map(Self)
    }
}

impl<E: Model, ST, DB> Queryable<ST, DB> for Key<E>
where
    DB: DieselBackend,
    ST: SingleValue,
    Self: FromSql<ST, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<E: Model, ST> AsExpression<ST> for Key<E>
where
    ST: SqlType + TypedExpressionType,
    E::Key: AsExpression<ST>,
{
    type Expression = Bound<ST, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<E: Model, ST> AsExpression<ST> for &Key<E>
where
    ST: SqlType + TypedExpressionType,
    E::Key: AsExpression<ST>,
{
    type Expression = Bound<ST, Self>;

    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

/// A value that spells the key of an `E`: the key itself, its parts, a [`Key<E>`], or a reference to one.
///
/// `#[derive(Entity)]` implements it for the type of the key field and a reference to it, for `&str` where the key
/// is a `String`, and for tuples of the parts' spellings where the key has several columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of `{E}`",
    label = "expected the type of the key field of `{E}`, or a `Key<{E}>`"
)]
pub trait IntoKey<E: Model> {
    /// The key.
    fn into_key(self) -> E::Key;
}

impl<E: Model> IntoKey<E> for Key<E> {
    fn into_key(self) -> E::Key {
        self.0
    }
}

impl<E: Model> IntoKey<E> for &Key<E> {
    fn into_key(self) -> E::Key {
        self.0.clone()
    }
}

/// A field type that can hold a foreign key to a `P`.
///
/// Implemented for [`Key<P>`], for the type of `P`'s key field (by the derive of `P`), and for `Option` of either.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the key of a `{P}`",
    label = "expected `Key<{P}>` or the type of its key field, in an `Option` where the column is nullable"
)]
pub trait ForeignKey<P: Model>: Sized {
    /// The field's value that refers to the row of that key.
    fn from_key(key: &P::Key) -> Self;

    /// The field's value that refers to nothing, where there is one.
    fn nothing() -> Option<Self> {
        None
    }

    /// The key that the field refers to, if any.
    fn to_key(&self) -> Option<P::Key>;
}

/// A tuple of the types of several fields that hold a foreign key to a `P` together.
///
/// Implemented, by the derive of `P`, for tuples of as many [`KeyPart`]s as its key has, in their order.
#[diagnostic::on_unimplemented(
    message = "columns of the types `{Self}` cannot hold the key of a `{P}`",
    label = "expected as many columns as the key of `{P}` has, in the order of its parts"
)]
pub trait CompositeForeignKey<P: Model>: Sized {
    /// The fields' values that refer to the row of that key.
    fn from_key(key: &P::Key) -> Self;

    /// The key that the fields refer to; none where one of them holds NULL.
    fn to_key(&self) -> Option<P::Key>;
}

/// A field type that can hold one part of a composite key of a `P`: the part number `PART`, from 0.
///
/// The derive of `P` implements it for the types of `P`'s key fields, and for a typed key and a bare one alike where a
/// part is a relation itself. `Option` of either holds the part in a nullable column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold part {PART} of the key of a `{P}`",
    label = "expected the type of that key field of `{P}` (parts count from 0), in an `Option` where the column is nullable"
)]
pub trait KeyPart<P: Model, const PART: usize>: Sized {
    /// The type of the key field.
    type Part;

    /// The field's value that is a part of a reference.
    fn from_part(part: &Self::Part) -> Self;

    /// The part, unless the field holds NULL.
    fn to_part(&self) -> Option<Self::Part>;
}

impl<P: Model, const PART: usize, T: KeyPart<P, PART>> KeyPart<P, PART> for Option<T> {
    type Part = T::Part;

    fn from_part(part: &T::Part) -> Self {
        Some(T::from_part(part))
    }

    fn to_part(&self) -> Option<T::Part> {
        self.as_ref().and_then(T::to_part)
    }
}

impl<P: Model> ForeignKey<P> for Key<P> {
    fn from_key(key: &P::Key) -> Self {
        Self(key.clone())
    }

    fn to_key(&self) -> Option<P::Key> {
        Some(self.0.clone())
    }
}

impl<P: Model, T: ForeignKey<P>> ForeignKey<P> for Option<T> {
    fn from_key(key: &P::Key) -> Self {
        Some(T::from_key(key))
    }

    fn nothing() -> Option<Self> {
        Some(None)
    }

    fn to_key(&self) -> Option<P::Key> {
        self.as_ref().and_then(T::to_key)
    }
}
