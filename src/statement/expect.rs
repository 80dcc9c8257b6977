//! SELECT of rows that a flush does not write: they have to be as they are known, and to stay so.

use hashbrown::HashSet;

use super::text::Hold;
use super::write::{Writer, stale};
use crate::backend::Backend;
use crate::entity::{ColumnSet, Entity};
use crate::error::Result;
use crate::identity::{Arena, Slot};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Compares the versions of rows, and keeps the rows as they are until the transaction ends.
    pub(crate) fn expect(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
    ) -> Result<()> {
        let known: Vec<(u32, E::Key)> =
            slots.iter().filter_map(|&slot| Some((slot, arena.key_of(slot)?))).collect();
        let mut unmoved = HashSet::with_capacity(known.len());
        self.load_known(connection, &known, Hold::Shared, &mut |slot, row| {
            if is_unmoved(arena, slot, &row) {
                unmoved.insert(slot);
            }
        })?;
        if let Some(&slot) = slots.iter().find(|slot| !unmoved.contains(*slot)) {
            return Err(stale(arena, Some(slot)));
        }
        Ok(())
    }

    /// How many statements it takes to load so many rows by key, at most.
    pub(crate) fn load_statements(&self, rows: usize) -> usize {
        rows.div_ceil(self.keyed().1)
    }
}

/// Whether the row that was read has the version that memory knows.
fn is_unmoved<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: u32, read: &E) -> bool {
    let version: ColumnSet = E::meta().version.into_iter().collect();
    let known = arena.slot(slot).and_then(Slot::row);
    known.is_some_and(|known| !read.changes(known.base()).intersects(version))
}
