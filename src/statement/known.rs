//! SELECT of rows that are in memory, each told by its key even where the database spells that otherwise than memory does.
//!
//! A key of several that no row came back with may be gone, or be spelled otherwise. The rest is asked for again, by halves
//! until there is no row, or one key alone: then the row can be no other's.

use std::any::TypeId;

use diesel::sql_types::{BigInt, Bool, Date, Integer, SmallInt};
use hashbrown::HashMap;

use super::text::Hold;
use super::write::Writer;
use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::Result;

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// The rows of slots, each with its slot. `keys` are what memory knows them by.
    pub(super) fn load_known(
        &mut self,
        connection: &mut B::Connection,
        keys: &[(u32, E::Key)],
        lock: Hold,
        each: &mut dyn FnMut(u32, E),
    ) -> Result<()> {
        let mut missing: HashMap<&E::Key, u32> = keys.iter().map(|(slot, key)| (key, *slot)).collect();
        let asked: Vec<E::Key> = keys.iter().map(|(_, key)| key.clone()).collect();
        let (mut is_any, alone) = (false, keys.len() == 1);
        self.load_keyed(connection, &asked, lock, &mut |row: E| {
            is_any = true;
            let slot = match keys {
                [(slot, _)] => Some(*slot),
                _ => row.with_key(|key| missing.remove(key)),
            };
            if let Some(slot) = slot {
                each(slot, row);
            }
        })?;
        if alone || missing.is_empty() || !is_any || !can_be_spelled_otherwise::<E>() {
            return Ok(());
        }
        let rest: Vec<(u32, E::Key)> =
            keys.iter().filter(|(_, key)| missing.contains_key(key)).cloned().collect();
        let size = if rest.len() < keys.len() { rest.len() } else { rest.len().div_ceil(2) };
        rest.chunks(size).try_for_each(|some| self.load_known(connection, some, lock, each))
    }
}

/// Whether two keys that differ in memory can be one to the database.
fn can_be_spelled_otherwise<E: Model>() -> bool {
    let exact = [
        TypeId::of::<SmallInt>(),
        TypeId::of::<Integer>(),
        TypeId::of::<BigInt>(),
        TypeId::of::<Bool>(),
        TypeId::of::<Date>(),
    ];
    let mut columns = E::meta().key.iter().filter_map(|&column| E::meta().columns.get(column));
    columns.any(|column| !exact.contains(&(column.sql_type)()))
}
