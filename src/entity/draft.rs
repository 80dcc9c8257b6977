//! Drafts: what a caller supplies for a row that does not exist yet.

use super::{ColumnSet, Links, Model, References};
use crate::handle::{Managed, New, State};

/// Something that `persist` accepts: a generated `New..` draft, or a full value whose every column the caller knows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be persisted",
    label = "expected a generated `New..` draft, or an entity none of whose columns the database fills",
    note = "an entity with a generated key, a generated column or a database default is persisted as its draft: `persist(NewAuthor::new(..))`",
    note = "what a handle stands for is persisted already: `edit` it and flush; a `Detached` value comes back by `merge` or `attach`"
)]
pub trait Draft<'s>: Sized {
    /// The entity that the row will be.
    type Entity: Model;
    /// `New` for a draft, `Managed` for a full value.
    type State: Persisted;

    /// Takes the links out and leaves what the session stores.
    fn into_pending(self, links: &mut Links<'s>) -> <Self::State as Persisted>::Stored<Self::Entity>;
}

/// A state that `persist` leads to. What it stores follows from the state, so that no handle can say that a row is
/// there to read when it is not.
pub trait Persisted: State + Sized {
    /// The stored draft of a `New` handle; the row of a `Managed` one.
    type Stored<E: Model>;

    #[doc(hidden)]
    fn pending<E: Model>(stored: Self::Stored<E>) -> Pending<E>;
}

/// What `persist` stores.
#[doc(hidden)]
#[derive(Debug)]
pub enum Pending<E: Model> {
    /// Columns are still missing.
    Draft(E::Record),
    /// Every column is known.
    Row(E),
}

impl Persisted for New {
    type Stored<E: Model> = E::Record;

    fn pending<E: Model>(stored: E::Record) -> Pending<E> {
        Pending::Draft(stored)
    }
}

impl Persisted for Managed {
    type Stored<E: Model> = E;

    fn pending<E: Model>(stored: E) -> Pending<E> {
        Pending::Row(stored)
    }
}

/// A stored draft.
pub trait Record: References + Clone + Send + Sync + 'static {
    /// The entity that the row will be.
    type Entity: Model<Record = Self>;

    /// The columns that the INSERT names: all but generated ones and defaults that were left out.
    fn columns(&self) -> ColumnSet;

    /// The primary key, when the caller supplied all of it.
    fn key(&self) -> Option<<Self::Entity as Model>::Key>;

    /// The row: the draft's values, and what the database filled, if it fills anything.
    ///
    /// `None` while a required link has no key, or when what the database fills is missing.
    fn complete(self, returned: Option<<Self::Entity as Model>::Returned>) -> Option<Self::Entity>;
}

/// A foreign-key column of a stored draft. Its value is set by the flush; the caller links rows with `link`.
#[derive(Clone, Debug)]
pub struct LinkedColumn<T>(Option<T>);

#[doc(hidden)]
impl<T> LinkedColumn<T> {
    #[must_use]
    pub const fn unset() -> Self {
        Self(None)
    }

    #[must_use]
    pub const fn of(value: T) -> Self {
        Self(Some(value))
    }

    #[must_use]
    pub const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// Takes a value in where none is yet. Whether the column holds that value now.
    #[must_use]
    pub fn settle(&mut self, value: T) -> bool
    where
        T: PartialEq,
    {
        match &self.0 {
            Some(held) => *held == value,
            None => {
                self.0 = Some(value);
                true
            }
        }
    }

    #[must_use]
    pub fn into_value(self) -> Option<T> {
        self.0
    }
}
