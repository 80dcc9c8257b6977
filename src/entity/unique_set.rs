//! Unique sets by name: what an upsert goes by.

use std::marker::PhantomData;

use super::Model;

/// A set of columns of an `E` that is unique in its table: `Author::BY_EMAIL`, `Book::BY_SHELF_POSITION`, or the primary
/// [`KEY`](Self::KEY).
///
/// `#[derive(Entity)]` makes one for every set that is declared `unique`, named like its fields in capitals. So a set that is
/// not declared cannot be named.
pub struct UniqueSet<E> {
    set: Option<usize>,
    _of: PhantomData<fn() -> E>,
}

impl<E: Model> UniqueSet<E> {
    /// The primary key.
    pub const KEY: Self = Self { set: None, _of: PhantomData };

    #[doc(hidden)]
    #[must_use]
    pub const fn new(set: usize) -> Self {
        Self { set: Some(set), _of: PhantomData }
    }

    /// The place in [`EntityMeta::uniques`](super::EntityMeta::uniques); `None` is the primary key.
    pub(crate) const fn set(self) -> Option<usize> {
        self.set
    }
}

impl<E> Clone for UniqueSet<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for UniqueSet<E> {}

impl<E: Model> std::fmt::Debug for UniqueSet<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UniqueSet").field("of", &E::meta().name).field("set", &self.set).finish()
    }
}
