//! Reading what is in memory.

use std::ops::Index;

use crate::backend::Backend;
use crate::entity::{Entity, Key, Model};
use crate::error::Result;
use crate::handle::{Handle, Managed, New, Removed, State};
use crate::session::UnitOfWork;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// The entity, as it is in memory. `session[&handle]` is the same.
    pub fn get<E: Entity<B>, S: Readable>(&self, handle: &Handle<'s, E, S>) -> &E {
        self.value(handle)
    }

    /// The key of a row.
    pub fn key<E: Entity<B>, S: Readable>(&self, handle: &Handle<'s, E, S>) -> Key<E> {
        Key::from_value(self.value(handle).key())
    }

    /// The draft, as it is in memory, until its row is written.
    ///
    /// # Errors
    ///
    /// [`AlreadyWritten`](crate::Error::AlreadyWritten) when a flush wrote the row meanwhile: `promote` the handle.
    /// [`Forgotten`](crate::Error::Forgotten) when the draft was removed through another handle.
    pub fn draft<E: Entity<B>>(&self, handle: &Handle<'s, E, New>) -> Result<&E::Record> {
        let slot = self.own(handle)?;
        match self.core.map.arena::<E>() {
            Some(arena) => Ok(&arena.draft(slot)?.record),
            None => Err(crate::Error::Forgotten { entity: E::meta().name }),
        }
    }

    /// Whether two handles stand for the same row.
    pub fn same<E: Model, S: State, T: State>(&self, a: &Handle<'s, E, S>, b: &Handle<'s, E, T>) -> bool {
        a.tag() == b.tag() && a.slot() == b.slot()
    }

    /// # Panics
    ///
    /// For a handle that a hole in the compiler let through: another row must not be shown in its row's place.
    #[expect(
        clippy::expect_used,
        reason = "a handle of E was made by the arena of E, which lives as long as the brand"
    )]
    fn value<E: Entity<B>, S: Readable>(&self, handle: &Handle<'s, E, S>) -> &E {
        let slot = self.own(handle).expect("the handle is of this session");
        self.core.map.arena::<E>().expect("the handle is of this session").value(slot)
    }
}

/// A state in which the entity can be read without fail: [`Managed`] or [`Removed`].
#[diagnostic::on_unimplemented(
    message = "an entity that is `{Self}` cannot be read",
    label = "only `Managed` and `Removed` handles stand for a row that is there",
    note = "the draft of a `New` handle is read with `draft(&handle)?`; after a flush, `promote(&handle)?` gives the row; `load(&handle)?` reads a `Reference`"
)]
pub trait Readable: State {}

impl Readable for Managed {}
impl Readable for Removed {}

impl<'s, E: Entity<B>, S: Readable, B: Backend, A: ?Sized> Index<&Handle<'s, E, S>> for UnitOfWork<'s, B, A> {
    type Output = E;

    fn index(&self, handle: &Handle<'s, E, S>) -> &E {
        self.get(handle)
    }
}
