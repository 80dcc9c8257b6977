//! `link`, `unlink`: pointing a relation at a row, which may have no key yet.

use std::any::TypeId;

use crate::backend::Backend;
use crate::entity::{
    Entity, EntityMeta, IntoLink, LinkEnd, Model, PendingLink, References, give_key, refers_to,
};
use crate::error::{Error, Result};
use crate::handle::{Handle, Managed, New, State};
use crate::identity::DraftTarget;
use crate::relation::{Optional, ToOne};
use crate::session::core::Core;
use crate::session::{Authority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Points a relation of a draft or of a managed row at another row: by a handle of any state but `Removed`, or by a
    /// key. A row without a key yet is written first by the flush, and gives its key then.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let editor = session.persist(NewAuthor::new("Ada"))?; // has no key yet
    /// session.link(&book, Book::editor(), &editor)?;
    /// session.flush()?; // INSERT of the author, UPDATE of the book
    /// assert_eq!(session[&book].editor_id, Some(Key::new(2)));
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`edit`](Self::edit); [`Removed`](Error::Removed) when the target was removed through another handle,
    /// [`PendingOutside`](Error::PendingOutside) when it waits outside of this transaction.
    /// [`LinksDisagree`](Error::LinksDisagree) when a draft supplies a column of the relation itself, and another value
    /// than the key has; where the row has no key yet, the flush finds out.
    pub fn link<R, S>(
        &mut self,
        handle: &Handle<'s, R::Owner, S>,
        relation: R,
        to: impl IntoLink<'s, R::Target>,
    ) -> Result<()>
    where
        R: ToOne<Owner: Entity<B>, Target: Entity<B>>,
        S: Linkable,
        A: Authority,
    {
        let _ = relation;
        let slot = self.own(handle)?;
        match to.into_link().into_end() {
            LinkEnd::Key(key) => {
                S::point::<B, R::Owner>(&mut self.core, slot, R::INDEX, DraftTarget::Key(&key))
            }
            LinkEnd::Slot { tag, .. } if tag != self.core.tag => {
                Err(Error::ForeignHandle { entity: R::Target::meta().name })
            }
            LinkEnd::Slot { slot: target, .. } => {
                let key = self.core.map.arena_mut::<R::Target>().link_target(target)?;
                let end = match &key {
                    Some(key) => DraftTarget::Key(key),
                    None => DraftTarget::Slot(TypeId::of::<R::Target>(), target),
                };
                S::point::<B, R::Owner>(&mut self.core, slot, R::INDEX, end)
            }
        }
    }

    /// Points a nullable relation of a draft or of a managed row at nothing.
    ///
    /// Of several columns those become NULL that take it and are of no other relation; if there are none, those that take
    /// it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// session.link(&book, Book::editor(), Key::<Author>::new(1))?;
    /// session.unlink(&book, Book::editor())?;
    /// session.flush()?; // set and set back: no SQL
    /// assert_eq!(session[&book].editor_id, None);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`edit`](Self::edit).
    pub fn unlink<R, S>(&mut self, handle: &Handle<'s, R::Owner, S>, relation: R) -> Result<()>
    where
        R: ToOne<Presence = Optional, Owner: Entity<B>, Target: Entity<B>>,
        S: Linkable,
        A: Authority,
    {
        let _ = relation;
        let slot = self.own(handle)?;
        S::point::<B, R::Owner>(&mut self.core, slot, R::INDEX, DraftTarget::Nothing)
    }
}

impl<B: Backend> Core<B> {
    /// Gives a draft the keys of the rows that it is linked to, as far as they are known, so that its unique values
    /// and its own key are as well.
    pub(crate) fn give_keys<R: References + Clone>(
        &self,
        meta: &'static EntityMeta,
        record: &mut R,
        links: &mut [PendingLink],
    ) -> Result<()> {
        let pending = links.to_vec();
        for link in &mut *links {
            if let Some(store) = self.map.id_of(link.target).and_then(|id| self.map.get(id)) {
                store.check_target(link.slot)?;
                let mut agrees = true;
                link.keyed = store.with_key(link.slot, &mut |key| {
                    agrees = give_key(meta, record, &pending, link.relation, key);
                });
                if !agrees {
                    return Err(Error::links_disagree(meta, link.relation));
                }
            }
        }
        let keyed = links.iter().filter(|link| link.keyed && meta.shares_columns(link.relation));
        for link in keyed {
            let Some(store) = self.map.id_of(link.target).and_then(|id| self.map.get(id)) else { continue };
            let mut agrees = true;
            store.with_key(link.slot, &mut |key| agrees = refers_to(meta, record, link.relation, key));
            if !agrees {
                return Err(Error::links_disagree(meta, link.relation));
            }
        }
        Ok(())
    }
}

/// A state whose relations can be set: [`New`] or [`Managed`].
#[diagnostic::on_unimplemented(
    message = "the relations of an entity that is `{Self}` cannot be set",
    label = "only `New` and `Managed` entities can be linked to others"
)]
pub trait Linkable: State + Sized {
    #[doc(hidden)]
    fn point<B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        slot: u32,
        relation: usize,
        end: DraftTarget<'_>,
    ) -> Result<()>;
}

impl Linkable for New {
    fn point<B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        slot: u32,
        relation: usize,
        end: DraftTarget<'_>,
    ) -> Result<()> {
        core.map.arena_mut::<E>().link_draft(slot, relation, end)
    }
}

impl Linkable for Managed {
    fn point<B: Backend, E: Entity<B>>(
        core: &mut Core<B>,
        slot: u32,
        relation: usize,
        end: DraftTarget<'_>,
    ) -> Result<()> {
        let now = core.map.tick();
        let arena = core.map.arena_mut::<E>();
        match end {
            DraftTarget::Key(key) => arena.set_row_reference(slot, relation, Some(key), now),
            DraftTarget::Nothing => arena.set_row_reference(slot, relation, None, now),
            DraftTarget::Slot(target, to) => {
                arena.link_row(slot, PendingLink { relation, target, slot: to, keyed: false }, now)
            }
        }
    }
}
