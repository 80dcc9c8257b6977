//! `persist`: a draft or a full value becomes part of the session.

use crate::backend::Backend;
use crate::entity::{Draft, Entity, Links, Pending, Persisted, References};
use crate::error::{Error, Result};
use crate::handle::Handle;
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
    /// [`AlreadyManaged`](Error::AlreadyManaged) when the key is taken by a row of this session, which keeps it.
    /// [`PendingOutside`](Error::PendingOutside) when the draft is linked to one that waits outside of this transaction.
    pub fn persist<D: Draft<'s>>(&mut self, draft: D) -> Result<Handle<'s, D::Entity, D::State>>
    where
        D::Entity: Entity<B>,
        A: Authority,
    {
        let mut links = Links::new(self.core.tag, Vec::new());
        let mut pending = D::State::pending(draft.into_pending(&mut links));
        let links = links
            .into_pending()
            .ok_or(Error::ForeignHandle { entity: <D::Entity as crate::entity::Model>::meta().name })?;
        let mut waiting = Vec::with_capacity(links.len());
        for link in links {
            // A key that is known by now is the draft's own: a flush compares it with the keys of other rows.
            let is_known = self.core.with_target_key(link.target, link.slot, &mut |key| {
                if let Pending::Draft(record) = &mut pending {
                    record.set_reference(link.relation, Some(key));
                }
            })?;
            if !is_known {
                waiting.push(link);
            }
        }
        let now = self.core.map.tick();
        let arena = self.core.map.arena_mut::<D::Entity>();
        let slot = match pending {
            Pending::Draft(record) => arena.add_draft(record, waiting, now)?,
            Pending::Row(value) => arena.add_row(value, now)?,
        };
        Ok(self.handle(slot))
    }
}
