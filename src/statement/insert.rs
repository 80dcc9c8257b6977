//! Executes the INSERTs of a plan for one entity: rows that the database completes are matched to what it filled.

use diesel::connection::Connection;
use hashbrown::HashMap;

use super::fragment::{ByKey, Cached, InsertRows, Plain};
use super::text::Shape;
use super::write::{Writer, database};
use crate::backend::{Backend, KeyOrder, ReadBack, Returning};
use crate::entity::{Bind, ColumnSet, Entity, Record};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot, Status};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Asks what can be known of the keys that one INSERT of several rows generates, unless that is known.
    pub(crate) fn learn_keys(&mut self, source: &B::Source, connection: &mut B::Connection) -> Result<()> {
        if self.keys.is_none() && E::meta().key_is_generated() {
            let table = super::table_name::<E, B>().map_err(database::<B>)?;
            let keys = B::key_order(source, connection, &table, E::meta()).map_err(database::<B>)?;
            self.keys = Some(keys);
        }
        Ok(())
    }

    fn key_order(&self) -> KeyOrder {
        self.keys.unwrap_or(KeyOrder::Unknown)
    }

    /// How many rows go into one INSERT.
    pub(crate) fn insert_size(&self, columns: ColumnSet) -> usize {
        let (dialect, meta) = (B::dialect(), E::meta());
        // Keys of several columns do not ascend when the database makes but one of them.
        let keys_ascend = self.key_order() != KeyOrder::Unknown && meta.key.len() == 1;
        if columns.is_empty() || (meta.key_is_generated() && !keys_ascend) {
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
            let text = self.text(Shape::Insert { columns, postponed, rows: chunk.len() })?;
            let cached = if chunk.len() == 1 || chunk.len() == size { Cached::Yes } else { Cached::No };
            let rows: Vec<&dyn Bind<B::Diesel>> =
                chunk.iter().filter_map(|&slot| to_insert(arena.slot(slot)?)).collect();
            let columns = columns.without(postponed);
            let statement = InsertRows::<B> { text: &text, cached, rows: &rows, columns };
            if E::meta().returned().is_empty() {
                execute::<E, B>(connection, &statement)?;
                fill(arena, chunk.iter().map(|&slot| (slot, None)))?;
                continue;
            }
            let returned = match &B::dialect().returning {
                Returning::Clause => {
                    let mut returned = Vec::with_capacity(chunk.len());
                    E::load_returned(connection, &statement, &mut |row| returned.push(row))
                        .map_err(database::<B>)?;
                    returned
                }
                Returning::Select(read_back) => {
                    if E::meta().key_is_generated() && self.key_order() != KeyOrder::Ascending {
                        forget_key::<B>(connection, read_back)?;
                    }
                    execute::<E, B>(connection, &statement)?;
                    self.read_back(connection, arena, chunk, cached)?
                }
            };
            let matched = match_returned::<E, B>(arena, chunk, returned)?;
            fill(arena, matched.into_iter().map(|(slot, returned)| (slot, Some(returned))))?;
        }
        Ok(())
    }

    /// What the database filled into the rows of the last INSERT, in whatever order.
    fn read_back(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        cached: Cached,
    ) -> Result<Vec<E::Returned>> {
        let rows = slots.len();
        let mut returned = Vec::with_capacity(rows);
        if E::meta().key_is_generated() {
            let text = self.text(Shape::ReadByLastKey { rows })?;
            let query = Plain { text: &text, cached };
            E::load_returned(connection, &query, &mut |row| returned.push(row)).map_err(database::<B>)?;
        } else {
            let keys: Vec<E::Key> = slots.iter().filter_map(|&slot| arena.key_of(slot)).collect();
            let text = self.text(Shape::ReadByKey { rows })?;
            let query = ByKey::<E, B> { text: &text, cached, keys: &keys, version: None };
            E::load_returned(connection, &query, &mut |row| returned.push(row)).map_err(database::<B>)?;
        }
        Ok(returned)
    }
}

/// Runs an INSERT that gives nothing back.
fn execute<E: Entity<B>, B: Backend>(
    connection: &mut B::Connection,
    statement: &InsertRows<'_, B>,
) -> Result<()> {
    match connection.execute_returning_count(statement).map_err(database::<B>)? {
        count if count == statement.rows.len() => Ok(()),
        _ => Err(Error::KeysUnknown { entity: E::meta().name }),
    }
}

fn forget_key<B: Backend>(connection: &mut B::Connection, read_back: &ReadBack) -> Result<()> {
    let statement = Plain { text: read_back.forget_key, cached: Cached::Yes };
    connection.execute_returning_count(&statement).map(drop).map_err(database::<B>)
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

/// Keeps the rows that were inserted with what the database filled.
fn fill<E: Entity<B>, B: Backend>(
    arena: &mut Arena<E, B>,
    rows: impl Iterator<Item = (u32, Option<E::Returned>)>,
) -> Result<()> {
    for (slot, returned) in rows {
        match arena.slot_mut(slot) {
            Some(Slot::Draft(draft)) => {
                let row = draft.record.clone().complete(returned);
                draft.written = Some(row.ok_or(Error::NotWritten { entity: E::meta().name })?);
            }
            Some(Slot::Row(row)) => {
                debug_assert_eq!(row.status, Status::Unwritten);
            }
            _ => {}
        }
    }
    Ok(())
}
