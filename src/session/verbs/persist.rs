//! `persist`: a draft or a full value becomes part of the session.

use crate::backend::Backend;
use crate::entity::{Draft, Entity, Links, Model, Pending, Persisted};
use crate::error::Result;
use crate::handle::Handle;
use crate::session::core::Core;
use crate::session::{Authority, UnitOfWork};

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// A draft -> `New`, a full value -> `Managed`. No SQL: the next flush inserts the row.
    ///
    /// A full value is found by its key at once.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let octavia = session.persist(NewAuthor::new("Octavia").email("octavia@example.org"))?;
    /// let kindred = session.persist(NewBook::new("Kindred", &octavia).copies(2))?;
    /// assert_eq!(session.draft(&kindred)?.title, "Kindred");
    /// session.flush()?;
    /// let kindred = session.promote(&kindred)?;
    /// assert_eq!(session[&kindred].id, 2);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AlreadyManaged`](crate::Error::AlreadyManaged) when the key is taken by a row of this session, which keeps it.
    /// [`PendingOutside`](crate::Error::PendingOutside) when the draft is linked to one that waits outside of this transaction.
    /// [`LinksDisagree`](crate::Error::LinksDisagree) when two of its relations share a column and are given different keys for it.
    pub fn persist<D: Draft<'s>>(&mut self, draft: D) -> Result<Handle<'s, D::Entity, D::State>>
    where
        D::Entity: Entity<B>,
        A: Authority,
    {
        let slot = self.core.persist(draft)?;
        Ok(self.handle(slot))
    }
}

impl<B: Backend> Core<B> {
    pub(crate) fn persist<'s, D>(&mut self, draft: D) -> Result<u32>
    where
        D: Draft<'s, Entity: Entity<B>>,
    {
        let mut links = Links::new(self.tag, Vec::new());
        let pending = D::State::pending(draft.into_pending(&mut links));
        let mut links = links.into_pending(<D::Entity as Model>::meta())?;
        let now = self.map.tick();
        match pending {
            Pending::Draft(mut record) => {
                self.give_keys(D::Entity::meta(), &mut record, &mut links)?;
                self.map.arena_mut::<D::Entity>().add_draft(record, links, now)
            }
            Pending::Row(value) => self.map.arena_mut::<D::Entity>().add_row(value, now),
        }
    }
}
