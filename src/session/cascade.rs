//! What becomes of the rows that refer to one which is removed, where its entity says so.
//!
//! 1. The rows that refer to it are loaded, with one statement for each relation and level, unless they are or the database is to
//!    see to those that are not in memory.
//! 2. They are removed, and theirs before them, or let go of it. A row is met once, however it is reached.
//! 3. What was done is remembered with the row, so that `restore` undoes it; so does an error on the way.

use std::any::TypeId;

use hashbrown::HashSet;

use super::core::Core;
use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::Result;
use crate::identity::Slot;
use crate::relation::{Optional, Populate, Relation, ToOne};

/// What undoes one thing that was done to a row.
pub(super) type Undo<B> = Box<dyn FnOnce(&mut Core<B>)>;

/// A removal on its way from row to row.
pub struct Cascade<'c, B: Backend> {
    core: &'c mut Core<B>,
    seen: HashSet<(TypeId, u32)>,
    done: Vec<Undo<B>>,
}

impl<B: Backend> Core<B> {
    /// Schedules the removal of a row, and what goes with it.
    pub(crate) fn remove<E: Entity<B>>(&mut self, slot: u32) -> Result<()> {
        if E::CASCADES {
            self.map.arena_mut::<E>().check_removable(slot)?;
        }
        let mut cascade = Cascade { core: self, seen: HashSet::new(), done: Vec::new() };
        cascade.seen.insert((TypeId::of::<E>(), slot));
        let removed = E::cascade(&mut cascade, &[slot]).and_then(|()| {
            let now = cascade.core.map.tick();
            cascade.core.map.arena_mut::<E>().remove(slot, now)
        });
        let Cascade { done, .. } = cascade;
        if removed.is_err() {
            self.undo(done);
        } else if E::CASCADES {
            self.taken_along.insert((TypeId::of::<E>(), slot), done);
        }
        removed
    }

    /// Undoes what went with the removal of a row, which was restored.
    pub(crate) fn bring_back<E: Entity<B>>(&mut self, slot: u32) {
        if let Some(done) = self.taken_along.remove(&(TypeId::of::<E>(), slot)) {
            self.undo(done);
        }
    }

    fn undo(&mut self, done: Vec<Undo<B>>) {
        for undo in done.into_iter().rev() {
            undo(self);
        }
    }
}

impl<B: Backend> Cascade<'_, B> {
    /// Removes the rows that refer to these, wherever they are.
    ///
    /// # Errors
    ///
    /// What the database reports where they had to be loaded, and a row that cannot be removed here.
    pub fn remove<R, V>(&mut self, owners: &[u32]) -> Result<()>
    where
        R: Relation<Owner: Entity<B>, Kind: Populate<R, B>>,
        V: ToOne<Owner: Entity<B>, Target = R::Owner>,
    {
        self.core.populate::<R>(owners)?;
        self.remove_in_memory::<V>(owners)
    }

    /// Removes the rows in memory that refer to these; the database deletes the others by itself.
    ///
    /// # Errors
    ///
    /// A row that cannot be removed here.
    pub fn remove_in_memory<V>(&mut self, owners: &[u32]) -> Result<()>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let members = self.members::<V>(owners);
        if members.is_empty() {
            return Ok(());
        }
        <V::Owner as Entity<B>>::cascade(self, &members)?;
        for slot in members {
            let before = self.core.map.arena::<V::Owner>().and_then(|arena| arena.slot(slot)).cloned();
            self.core.give_up::<V::Owner>(slot)?;
            self.done.push(Box::new(move |core| {
                let now = core.map.tick();
                let arena = core.map.arena_mut::<V::Owner>();
                match before {
                    Some(draft @ Slot::Draft(_)) => arena.take_back(slot, draft, now),
                    // Where it was restored meanwhile there is nothing to do.
                    _ => drop(arena.restore(slot, now)),
                }
            }));
        }
        Ok(())
    }

    /// Has the rows that refer to these refer to nothing.
    ///
    /// # Errors
    ///
    /// As [`remove`](Self::remove).
    pub fn unlink<R, V>(&mut self, owners: &[u32]) -> Result<()>
    where
        R: Relation<Owner: Entity<B>, Kind: Populate<R, B>>,
        V: ToOne<Owner: Entity<B>, Target = R::Owner, Presence = Optional>,
    {
        self.core.populate::<R>(owners)?;
        for &owner in owners {
            for slot in self.core.referring::<V>(owner) {
                self.core.point::<V>(slot, None)?;
                self.done.push(Box::new(move |core| {
                    if matches!(core.lead::<V>(slot), Ok(None)) {
                        // A row that is removed by now stays as it is.
                        drop(core.point::<V>(slot, Some(owner)));
                    }
                }));
            }
        }
        Ok(())
    }

    fn members<V>(&mut self, owners: &[u32]) -> Vec<u32>
    where
        V: ToOne<Owner: Entity<B>, Target: Entity<B>>,
    {
        let mut members = Vec::new();
        for &owner in owners {
            for slot in self.core.referring::<V>(owner) {
                if self.seen.insert((TypeId::of::<V::Owner>(), slot)) {
                    members.push(slot);
                }
            }
        }
        members
    }
}

impl<B: Backend> std::fmt::Debug for Cascade<'_, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cascade").field("rows", &self.seen.len()).finish_non_exhaustive()
    }
}
