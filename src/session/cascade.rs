//! What becomes of the rows that refer to one which is removed, where its entity says so.
//!
//! 1. The rows that refer to it are loaded, with one statement for each relation and level, unless they are or the database is to
//!    see to those that are not in memory.
//! 2. They are removed, and then those that refer to them; or they let go of it. A row is met once, however it is reached.
//! 3. What was done is remembered with the row, so that `restore` undoes it; so does an error on the way.

use std::any::TypeId;
use std::collections::VecDeque;

use hashbrown::HashSet;

use super::core::Core;
use crate::backend::Backend;
use crate::entity::Entity;
use crate::error::Result;
use crate::identity::Slot;
use crate::relation::{Optional, Populate, Relation, ToOne};

/// What undoes one thing that was done to a row.
type Undo<B> = Box<dyn FnOnce(&mut Core<B>)>;
/// What becomes of the rows that refer to some that were removed.
type Step<B> = Box<dyn FnOnce(&mut Cascade<'_, B>) -> Result<()>>;

/// A removal on its way from row to row.
pub struct Cascade<'c, B: Backend> {
    core: &'c mut Core<B>,
    seen: HashSet<(TypeId, u32)>,
    /// A queue and no recursion: a chain of rows can be longer than the stack is deep.
    steps: VecDeque<Step<B>>,
    done: TakenAlong<B>,
}

/// What went with the removal of a row.
pub(super) struct TakenAlong<B: Backend> {
    removed: Vec<Undo<B>>,
    let_go: Vec<Undo<B>>,
}

impl<B: Backend> Core<B> {
    /// Schedules the removal of a row or forgets a draft, and what goes with it.
    pub(crate) fn remove<E: Entity<B>>(&mut self, slot: u32) -> Result<()> {
        let is_draft = self.is_draft::<E>(slot);
        if E::CASCADES && !is_draft {
            self.map.arena_mut::<E>().check_removable(slot)?;
        }
        let (removed, done) = self.cascade::<E>(slot);
        let removed = removed.and_then(|()| self.give_up::<E>(slot));
        if removed.is_err() {
            self.undo(done);
        } else if E::CASCADES && !is_draft {
            self.taken_along.insert((TypeId::of::<E>(), slot), done);
        }
        removed
    }

    fn cascade<E: Entity<B>>(&mut self, slot: u32) -> (Result<()>, TakenAlong<B>) {
        let mut cascade = Cascade {
            core: self,
            seen: HashSet::from_iter([(TypeId::of::<E>(), slot)]),
            steps: VecDeque::new(),
            done: TakenAlong { removed: Vec::new(), let_go: Vec::new() },
        };
        let mut result = E::cascade(&mut cascade, &[slot]);
        while result.is_ok()
            && let Some(step) = cascade.steps.pop_front()
        {
            result = step(&mut cascade);
        }
        (result, cascade.done)
    }

    /// Undoes what went with the removal of a row, which was restored.
    pub(crate) fn bring_back<E: Entity<B>>(&mut self, slot: u32) {
        if let Some(done) = self.taken_along.remove(&(TypeId::of::<E>(), slot)) {
            self.undo(done);
        }
    }

    /// A row that let go of another and was removed then has to be there again before it can refer to it.
    fn undo(&mut self, TakenAlong { removed, let_go }: TakenAlong<B>) {
        for undo in removed.into_iter().rev().chain(let_go.into_iter().rev()) {
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
        for &slot in &members {
            let draft = match self.core.map.arena::<V::Owner>().and_then(|arena| arena.slot(slot)) {
                Some(draft @ Slot::Draft(_)) => Some(draft.clone()),
                _ => None,
            };
            self.core.give_up::<V::Owner>(slot)?;
            self.done.removed.push(Box::new(move |core| {
                let now = core.map.tick();
                let arena = core.map.arena_mut::<V::Owner>();
                match draft {
                    Some(draft) => arena.take_back(slot, draft, now),
                    // Where it was restored meanwhile there is nothing to do.
                    None => drop(arena.restore(slot, now)),
                }
            }));
        }
        if <V::Owner as Entity<B>>::CASCADES {
            self.steps
                .push_back(Box::new(move |cascade| <V::Owner as Entity<B>>::cascade(cascade, &members)));
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
                self.done.let_go.push(Box::new(move |core| {
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
