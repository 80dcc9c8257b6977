//! Which relations of which rows were loaded. A row that a frame's end takes out of memory was loaded for nobody any more.

use std::any::TypeId;

use hashbrown::HashSet;

use super::arena::Arena;
use crate::backend::Backend;
use crate::entity::Model;

/// A relation of the arena's entity, and the slot of its owner.
pub(crate) type Complete = HashSet<(TypeId, u32)>;

impl<E: Model, B: Backend> Arena<E, B> {
    /// A relation of these rows was loaded.
    pub(crate) fn complete(&mut self, relation: TypeId, owners: &[u32]) {
        for &owner in owners {
            if !self.complete.insert((relation, owner)) {
                continue;
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.completed.push((relation, owner));
            }
            if let Some(checkpoint) = &mut self.checkpoint {
                checkpoint.completed.push((relation, owner));
            }
        }
    }

    pub(crate) fn is_complete(&self, relation: TypeId, slot: u32) -> bool {
        self.complete.contains(&(relation, slot))
    }

    /// What was loaded in a frame is gone with it.
    pub(super) fn forget_complete(&mut self, completed: Vec<(TypeId, u32)>) {
        for loaded in completed {
            self.complete.remove(&loaded);
        }
    }
}
