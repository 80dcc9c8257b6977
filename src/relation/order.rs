//! The order in which the rows of a relation to many are given.

use std::cmp::Reverse;

use crate::backend::Backend;
use crate::entity::{Entity, Position, Positioned, ascending};
use crate::error::{Error, Result};
use crate::identity::Slot;
use crate::session::Core;

/// In the order in which they came into memory.
#[derive(Debug)]
pub enum Unordered {}
/// By the `#[entity(position)]` column of the rows that hold the relation's column, ascending.
#[derive(Debug)]
pub enum Ordered {}

/// What orders rows of an `E`.
pub trait Order<E: Entity<B>, B: Backend>: 'static {
    /// Puts rows and drafts in their order, which are told by slots of `E`.
    #[doc(hidden)]
    fn sort<T>(core: &Core<B>, rows: &mut [T], slot_of: impl Fn(&T) -> u32);
}

impl<E: Entity<B>, B: Backend> Order<E, B> for Unordered {
    fn sort<T>(_: &Core<B>, _: &mut [T], _: impl Fn(&T) -> u32) {}
}

impl<E: Entity<B> + Positioned, B: Backend> Order<E, B> for Ordered {
    /// A draft whose place is left to the database comes last.
    fn sort<T>(core: &Core<B>, rows: &mut [T], slot_of: impl Fn(&T) -> u32) {
        rows.sort_by_cached_key(|row| {
            let position = core.position::<E>(slot_of(row));
            (Reverse(position.is_some()), position)
        });
    }
}

impl<B: Backend> Core<B> {
    /// Where a row or draft stands.
    pub(crate) fn position<E: Entity<B> + Positioned>(&self, slot: u32) -> Option<E::Position> {
        match self.map.arena::<E>()?.slot(slot)? {
            Slot::Row(row) => Some(row.value.position()),
            Slot::Draft(draft) => E::position_to_be(&draft.record),
            _ => None,
        }
    }

    /// Puts rows and drafts where they are listed: what they had for positions is given out anew. Those that keep theirs are not
    /// written.
    pub(crate) fn put_in_order<E: Entity<B> + Positioned>(&mut self, slots: &[u32]) -> Result<()> {
        let there = slots.iter().filter_map(|&slot| self.position::<E>(slot)).collect();
        let positions =
            ascending(there, slots.len()).ok_or(Error::PositionExhausted { entity: E::meta().name })?;
        let moved: Vec<_> = slots
            .iter()
            .copied()
            .zip(positions)
            .filter(|&(slot, position)| self.position::<E>(slot) != Some(position))
            .collect();
        for &(slot, _) in &moved {
            match self.is_draft::<E>(slot) {
                true => self.map.arena_mut::<E>().draft_mut(slot).map(drop)?,
                false => self.map.arena_mut::<E>().check_editable(slot)?,
            }
        }
        for (slot, position) in moved {
            let now = self.map.tick();
            let is_draft = self.is_draft::<E>(slot);
            let arena = self.map.arena_mut::<E>();
            match is_draft {
                true => E::set_position_to_be(&mut arena.draft_mut(slot)?.record, position),
                false => arena.edit(slot, now)?.value.set_position(position),
            }
        }
        Ok(())
    }

    /// The position after the last of these.
    pub(crate) fn next_position<E: Entity<B> + Positioned>(&self, slots: &[u32]) -> Result<E::Position> {
        match slots.iter().filter_map(|&slot| self.position::<E>(slot)).max() {
            None => Ok(E::Position::FIRST),
            Some(last) => last.next().ok_or(Error::PositionExhausted { entity: E::meta().name }),
        }
    }
}
