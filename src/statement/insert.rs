//! INSERT: rows in batches, and what the database filled matched to them.

use std::any::Any;

use diesel::connection::Connection;
use hashbrown::HashMap;

use super::fragment::{Cached, InsertRows};
use super::text::{Shape, table_and_key};
use super::write::{Writer, database};
use crate::backend::{Backend, KeyOrder};
use crate::entity::{Bind, ColumnSet, Entity, Record};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot, Status, Written};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// How many rows go into one INSERT.
    pub(crate) fn insert_size(&self, columns: ColumnSet) -> usize {
        let dialect = B::dialect();
        let keys_are_counted =
            dialect.keys == KeyOrder::Ascending && E::key_is_integer() && !self.keys_unordered;
        if columns.is_empty() || (E::meta().key_is_generated() && !keys_are_counted) {
            return 1;
        }
        dialect.insert_rows.min(dialect.max_binds / columns.len()).max(1)
    }

    pub(crate) fn insert(
        &mut self,
        connection: &mut B::Connection,
        arena: &mut Arena<E, B>,
        slots: &[u32],
        columns: ColumnSet,
        postponed: ColumnSet,
    ) -> Result<()> {
        if columns.len() > B::dialect().max_binds {
            return Err(Error::RowTooLarge { entity: E::meta().name });
        }
        let size = self.insert_size(columns);
        for chunk in slots.chunks(size) {
            let shape = Shape::Insert { columns, postponed, rows: chunk.len() };
            let text = self.texts.get::<E, B>(shape).map_err(database::<B>)?;
            let cached = if chunk.len() == 1 || chunk.len() == size { Cached::Yes } else { Cached::No };
            let rows: Vec<&dyn Bind<B::Diesel>> =
                chunk.iter().filter_map(|&slot| to_insert(arena.slot(slot)?)).collect();
            let statement =
                InsertRows::<B> { text: &text, cached, rows: &rows, columns: columns.without(postponed) };
            if E::meta().returned().is_empty() {
                let count = connection.execute_returning_count(&statement).map_err(database::<B>)?;
                if count != chunk.len() {
                    return Err(Error::KeysUnknown { entity: E::meta().name });
                }
                fill(arena, chunk.iter().map(|&slot| (slot, None)), postponed)?;
            } else {
                let mut returned = Vec::with_capacity(chunk.len());
                E::load_returned(connection, &statement, &mut |row| returned.push(row))
                    .map_err(database::<B>)?;
                let matched = match_returned::<E, B>(arena, chunk, returned)?;
                self.check_order(connection, &matched)?;
                let rows = matched.into_iter().map(|(slot, returned)| (slot, Some(returned)));
                fill(arena, rows, postponed)?;
            }
        }
        Ok(())
    }

    /// Whether keys that were matched by their order may have been.
    fn check_order(&mut self, connection: &mut B::Connection, matched: &[(u32, E::Returned)]) -> Result<()> {
        if matched.len() < 2 || !E::meta().key_is_generated() {
            return Ok(());
        }
        let keys =
            matched.iter().map(|(_, returned)| E::returned_key(returned).and_then(|key| as_integer(&key)));
        let keys: Option<Vec<i64>> = keys.collect();
        // No database but one that counts gives consecutive numbers.
        if keys.is_some_and(|keys| {
            keys.windows(2).all(|pair| matches!(pair, [a, b] if b.checked_sub(*a) == Some(1)))
        }) {
            return Ok(());
        }
        let (table, key) = table_and_key::<E, B>().map_err(database::<B>)?;
        if B::keys_ascend(connection, &table, &key).map_err(database::<B>)? {
            return Ok(());
        }
        self.keys_unordered = true;
        Err(Error::KeysUnknown { entity: E::meta().name })
    }
}

/// What an INSERT of the slot binds.
fn to_insert<E: Entity<B>, B: Backend>(slot: &Slot<E, B>) -> Option<&dyn Bind<B::Diesel>> {
    match slot {
        Slot::Draft(draft) => Some(&draft.record),
        Slot::Row(row) => Some(&row.value),
        _ => None,
    }
}

/// Matches what an INSERT gave back to the rows that went in, never by the order of the answer.
fn match_returned<E: Entity<B>, B: Backend>(
    arena: &Arena<E, B>,
    slots: &[u32],
    mut returned: Vec<E::Returned>,
) -> Result<Vec<(u32, E::Returned)>> {
    let unknown = || Error::KeysUnknown { entity: E::meta().name };
    if returned.len() != slots.len() {
        return Err(unknown());
    }
    if slots.len() == 1 {
        return Ok(slots.iter().copied().zip(returned).collect());
    }
    if E::meta().key_is_generated() {
        // KeyOrder::Ascending: the smallest key is the first row's.
        let mut keyed: Vec<(Option<E::Key>, E::Returned)> =
            returned.drain(..).map(|row| (E::returned_key(&row), row)).collect();
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        if keyed.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
            return Err(unknown());
        }
        return Ok(slots.iter().copied().zip(keyed.into_iter().map(|(_, row)| row)).collect());
    }
    let mut by_key: HashMap<E::Key, u32> =
        slots.iter().filter_map(|&slot| Some((arena.key_of(slot)?, slot))).collect();
    let matched: Option<Vec<_>> =
        returned.into_iter().map(|row| Some((by_key.remove(&E::returned_key(&row)?)?, row))).collect();
    matched.ok_or_else(unknown)
}

/// A key that is a whole number in Rust as well; a type of the caller's own is not looked into.
fn as_integer(key: &dyn Any) -> Option<i64> {
    key.downcast_ref::<i64>()
        .copied()
        .or_else(|| key.downcast_ref::<i32>().map(|&key| key.into()))
        .or_else(|| key.downcast_ref::<i16>().map(|&key| key.into()))
}

/// Keeps the rows that were inserted with what the database filled.
fn fill<E: Entity<B>, B: Backend>(
    arena: &mut Arena<E, B>,
    rows: impl Iterator<Item = (u32, Option<E::Returned>)>,
    postponed: ColumnSet,
) -> Result<()> {
    for (slot, returned) in rows {
        match arena.slot_mut(slot) {
            Some(Slot::Draft(draft)) => {
                draft.written = Some(if postponed.is_empty() {
                    Written::Returned(returned)
                } else {
                    let row = draft.record.clone().complete(returned);
                    Written::Row(row.ok_or(Error::NotWritten { entity: E::meta().name })?)
                });
            }
            Some(Slot::Row(row)) => {
                debug_assert_eq!(row.status, Status::Unwritten);
            }
            _ => {}
        }
    }
    Ok(())
}
