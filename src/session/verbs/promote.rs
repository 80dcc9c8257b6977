//! `promote`: handles of rows that a flush has written.

use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed, New};
use crate::identity::Slot;
use crate::session::UnitOfWork;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// `New` -> `Managed`, once the row is written. No SQL. Takes one handle, a tuple, or a list of them.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let author = session.persist(NewAuthor::new("Octavia"))?;
    /// let books = vec![session.persist(NewBook::new("Kindred", &author))?];
    /// session.flush()?;
    /// let (author, books) = session.promote((&author, &books))?;
    /// assert_eq!(session[&books[0]].author_id, session.key(&author));
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotWritten`](Error::NotWritten) before the flush, [`PendingOutside`](Error::PendingOutside) for a draft that
    /// waits outside of this transaction, [`Removed`](Error::Removed) when the row was removed meanwhile.
    pub fn promote<P: Promote<'s, B>>(&self, handles: P) -> Result<P::Managed> {
        handles.promote(self)
    }
}

/// `New` handles that can be promoted together: one, a tuple, a slice, a vector.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be promoted",
    label = "expected references to `New` handles: `&handle`, `(&a, &b)` or `&vec`"
)]
pub trait Promote<'s, B: Backend> {
    /// The same with `Managed` handles.
    type Managed;

    #[doc(hidden)]
    fn promote<A: ?Sized>(self, uow: &UnitOfWork<'s, B, A>) -> Result<Self::Managed>;
}

impl<'s, B: Backend, E: Entity<B>> Promote<'s, B> for &Handle<'s, E, New> {
    type Managed = Handle<'s, E, Managed>;

    fn promote<A: ?Sized>(self, uow: &UnitOfWork<'s, B, A>) -> Result<Self::Managed> {
        let entity = E::meta().name;
        let slot = uow.own(self)?;
        let Some(arena) = uow.core.map.arena::<E>() else { return Err(Error::NotWritten { entity }) };
        match arena.slot(slot) {
            Some(Slot::Draft(_)) if arena.is_outside(slot) => Err(Error::PendingOutside { entity }),
            Some(Slot::Draft(_)) => Err(Error::NotWritten { entity }),
            Some(Slot::Row(_)) => {
                arena.check_editable(slot)?;
                Ok(uow.handle(slot))
            }
            _ => Err(Error::Forgotten { entity }),
        }
    }
}

impl<'s, B: Backend, E: Entity<B>> Promote<'s, B> for &[Handle<'s, E, New>] {
    type Managed = Vec<Handle<'s, E, Managed>>;

    fn promote<A: ?Sized>(self, uow: &UnitOfWork<'s, B, A>) -> Result<Self::Managed> {
        self.iter().map(|handle| handle.promote(uow)).collect()
    }
}

impl<'s, B: Backend, E: Entity<B>> Promote<'s, B> for &Vec<Handle<'s, E, New>> {
    type Managed = Vec<Handle<'s, E, Managed>>;

    fn promote<A: ?Sized>(self, uow: &UnitOfWork<'s, B, A>) -> Result<Self::Managed> {
        self.as_slice().promote(uow)
    }
}

impl<'s, B: Backend, E: Entity<B>, const N: usize> Promote<'s, B> for &[Handle<'s, E, New>; N] {
    type Managed = Vec<Handle<'s, E, Managed>>;

    fn promote<A: ?Sized>(self, uow: &UnitOfWork<'s, B, A>) -> Result<Self::Managed> {
        self.as_slice().promote(uow)
    }
}

macro_rules! promote_tuple {
    ($($name:ident)+) => {
        impl<'s, B: Backend, $($name: Promote<'s, B>),+> Promote<'s, B> for ($($name,)+) {
            type Managed = ($($name::Managed,)+);

            fn promote<A: ?Sized>(self, uow: &UnitOfWork<'s, B, A>) -> Result<Self::Managed> {
                #[expect(non_snake_case, reason = "one name for a type and its value")]
                let ($($name,)+) = self;
                Ok(($($name.promote(uow)?,)+))
            }
        }
    };
}

promote_tuple!(P);
promote_tuple!(P Q);
promote_tuple!(P Q R);
promote_tuple!(P Q R T);
promote_tuple!(P Q R T U);
promote_tuple!(P Q R T U V);
