//! Handles: a row of one session, and the state that the compiler knows it to be in.

mod state;

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

pub use state::{Live, Managed, New, Reference, Removed, State};

/// A row of the session with the brand `'s`, in the state `S`.
///
/// A handle is a number, not the row: read it through its session, `session[&handle]`. It cannot be used with another
/// session and cannot leave its session's closure. Transitions take it by value, so it is gone once the row is in
/// another state; [`alias`](Handle::alias) makes a second one on purpose. There is no `PartialEq`, which would compare
/// across sessions: ask [`UnitOfWork::same`](crate::UnitOfWork::same).
pub struct Handle<'s, E, S: State> {
    slot: u32,
    tag: Tag,
    // Covariant in the brand, invariant in the entity: an infallible read must find the type it was made for.
    _of: PhantomData<Of<'s, E, S>>,
}

type Of<'s, E, S> = (&'s (), fn(E) -> E, fn() -> S);

impl<E, S: State> Handle<'_, E, S> {
    pub(crate) const fn new(tag: Tag, slot: u32) -> Self {
        Self { slot, tag, _of: PhantomData }
    }

    /// A second handle of the same row.
    ///
    /// When one of them is removed or detached the compiler cannot know it of the other: editing through it is then
    /// [`Error::Removed`](crate::Error::Removed) or [`Error::Detached`](crate::Error::Detached).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let alias = book.alias();
    /// session.remove(book)?;
    /// assert!(matches!(session.edit(&alias), Err(moored::Error::Removed(_))));
    /// # session.discard();
    /// # Ok(())
    /// # }) }
    /// ```
    #[must_use = "an alias does nothing by itself"]
    pub const fn alias(&self) -> Self {
        Self::new(self.tag, self.slot)
    }

    pub(crate) const fn slot(&self) -> u32 {
        self.slot
    }

    pub(crate) const fn tag(&self) -> Tag {
        self.tag
    }
}

impl<E, S: State> fmt::Debug for Handle<'_, E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = std::any::type_name::<E>().rsplit("::").next().unwrap_or_default();
        write!(f, "Handle<{name}, {}>", S::NAME)
    }
}

/// Which session a handle is of: a second line of defence behind the brand.
///
/// The brand alone holds as far as rustc is sound; its issues 25860 and 57893 can forge any lifetime. Fallible verbs
/// compare the tag as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tag(NonZeroU32);

impl Tag {
    pub(crate) const fn number(self) -> u32 {
        self.0.get()
    }

    /// A tag that no session has had, until 2³² sessions have been opened.
    pub(crate) fn fresh() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NonZeroU32::new(NEXT.fetch_add(1, Ordering::Relaxed)).unwrap_or(NonZeroU32::MIN))
    }
}
