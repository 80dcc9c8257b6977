//! Relations as typed values, and links to rows that may not have a key yet.

use std::any::TypeId;
use std::marker::PhantomData;

use super::{EntityMeta, IntoKey, Key, Model};
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed, New, Reference, Tag};

/// The other end of a relation: a row of this session, written or not, or a key.
///
/// Made from a reference to a handle or from a [`Key`]; drafts and [`link`](crate::UnitOfWork::link) take it.
pub struct Link<'s, P: Model> {
    end: LinkEnd<P>,
    _brand: PhantomData<&'s ()>,
}

pub(crate) enum LinkEnd<P: Model> {
    Slot { tag: Tag, slot: u32 },
    Key(P::Key),
}

impl<'s, P: Model> Link<'s, P> {
    /// A link to the row of that key, which need not be in the session.
    pub fn to(key: impl IntoKey<P>) -> Self {
        Self::end(LinkEnd::Key(key.into_key()))
    }

    /// A link to the row of that key.
    #[doc(hidden)]
    #[must_use]
    pub fn from_value(key: P::Key) -> Self {
        Self::end(LinkEnd::Key(key))
    }

    /// A link that every session refuses: what a draft is given whose required link has been lost.
    #[doc(hidden)]
    #[must_use]
    pub fn nowhere() -> Self {
        Self::end(LinkEnd::Slot { tag: Tag::fresh(), slot: u32::MAX })
    }

    /// A link to a row of the session of that tag.
    pub(crate) fn at(tag: Tag, slot: u32) -> Self {
        Self::end(LinkEnd::Slot { tag, slot })
    }

    fn end(end: LinkEnd<P>) -> Self {
        Self { end, _brand: PhantomData }
    }

    pub(crate) fn into_end(self) -> LinkEnd<P> {
        self.end
    }
}

impl<P: Model> std::fmt::Debug for Link<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link<{}>", P::meta().name)
    }
}

macro_rules! link_from_handle {
    ($($state:ty),*) => {$(
        impl<'s, P: Model> From<&Handle<'s, P, $state>> for Link<'s, P> {
            fn from(handle: &Handle<'s, P, $state>) -> Self {
                Self::end(LinkEnd::Slot { tag: handle.tag(), slot: handle.slot() })
            }
        }
    )*};
}

link_from_handle!(New, Managed, Reference);

impl<P: Model> From<Key<P>> for Link<'_, P> {
    fn from(key: Key<P>) -> Self {
        Self::end(LinkEnd::Key(key.into_value()))
    }
}

impl<P: Model> From<&Key<P>> for Link<'_, P> {
    fn from(key: &Key<P>) -> Self {
        Self::end(LinkEnd::Key(key.value().clone()))
    }
}

/// What can stand for a `P` in a relation: a reference to a handle of any state but `Removed`, or a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand for `{P}` in a relation",
    label = "expected a reference to a `New`, `Managed` or `Reference` handle of `{P}`, or a `Key<{P}>`",
    note = "`persist` a draft first, `restore` a removed row, and name a detached one by its key"
)]
pub trait IntoLink<'s, P: Model> {
    /// The link.
    fn into_link(self) -> Link<'s, P>;
}

#[diagnostic::do_not_recommend]
impl<'s, P: Model, T: Into<Link<'s, P>>> IntoLink<'s, P> for T {
    fn into_link(self) -> Link<'s, P> {
        self.into()
    }
}

/// The links of a draft on their way into the session, or of a stored draft on its way out.
///
/// Invariant in `'s`, and the only place where a row's place in the session leaves a [`Link`]: nothing that a user
/// can hold without a brand contains one.
pub struct Links<'s> {
    pending: Vec<PendingLink>,
    tag: Option<Tag>,
    foreign: bool,
    disagrees: Option<usize>,
    _brand: PhantomData<fn(&'s ()) -> &'s ()>,
}

/// A relation of a draft or row whose target is a row of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PendingLink {
    pub(crate) relation: usize,
    pub(crate) target: TypeId,
    pub(crate) slot: u32,
    /// Whether the relation's columns hold the target's key already.
    pub(crate) keyed: bool,
}

impl<'s> Links<'s> {
    pub(crate) const fn new(tag: Tag, pending: Vec<PendingLink>) -> Self {
        Self { pending, tag: Some(tag), foreign: false, disagrees: None, _brand: PhantomData }
    }

    /// Links outside any session, where a link can only be a key.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_keys() -> Self {
        Self { pending: Vec::new(), tag: None, foreign: false, disagrees: None, _brand: PhantomData }
    }

    /// What was collected, for a draft of that entity.
    ///
    /// # Errors
    ///
    /// A link came from another session, or two keys disagree about a column that they share.
    pub(crate) fn into_pending(self, entity: &'static EntityMeta) -> Result<Vec<PendingLink>> {
        match self.disagrees {
            _ if self.foreign => Err(Error::ForeignHandle { entity: entity.name }),
            Some(relation) => Err(Error::links_disagree(entity, relation)),
            None => Ok(self.pending),
        }
    }

    /// Notes whether the key that a relation was given fits what else says of its columns.
    #[doc(hidden)]
    pub fn agree(&mut self, relation: usize, agrees: bool) {
        if !agrees {
            self.disagrees.get_or_insert(relation);
        }
    }

    /// Takes a draft's link in; gives the key when the link is one already.
    #[doc(hidden)]
    pub fn put<P: Model>(&mut self, relation: usize, link: Link<'s, P>) -> Option<P::Key> {
        match link.end {
            LinkEnd::Key(key) => Some(key),
            LinkEnd::Slot { tag, slot } => {
                self.foreign |= Some(tag) != self.tag;
                self.pending.push(PendingLink { relation, target: TypeId::of::<P>(), slot, keyed: false });
                None
            }
        }
    }

    /// Gives a stored draft's link back, if the relation refers to a row of the session.
    #[doc(hidden)]
    pub fn take<P: Model>(&mut self, relation: usize) -> Option<Link<'s, P>> {
        let at = self
            .pending
            .iter()
            .position(|link| link.relation == relation && link.target == TypeId::of::<P>())?;
        let slot = self.pending.swap_remove(at).slot;
        self.tag.map(|tag| Link::end(LinkEnd::Slot { tag, slot }))
    }
}

impl std::fmt::Debug for Links<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Links({})", self.pending.len())
    }
}
