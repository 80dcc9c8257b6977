//! INSERT: rows in batches, and what the database filled matched to them.

use std::any::Any;

use diesel::connection::Connection;
use hashbrown::HashMap;

use super::collect::Refused;
use super::fragment::{Cached, Statement};
use super::many::{Inserted, Keyed, Layout, Listed, listed};
use super::text::{Count, Hold, Selected, Shape, generated_key};
use super::write::{Writer, database};
use crate::backend::{Backend, GeneratedKey, InsertShape, KeyOrder, Returning};
use crate::entity::{Bind, ColumnSet, Entity, Record};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot, Status, Written};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Asks what can be known of the keys that an INSERT of so many rows generates, unless that is known.
    pub(crate) fn learn_keys(&mut self, connection: &mut B::Connection, rows: usize) -> Result<()> {
        let tells_all = rows == 1 && self.database.dialect.returning == Returning::Clause;
        if self.keys.is_some() || tells_all || !E::meta().key_is_generated() {
            return Ok(());
        }
        // Of a key of several columns, none of which need ascend, nothing can be known.
        let keys = match generated_key::<E, B>().map_err(database::<B>)? {
            Some((table, quoted, column)) => {
                let generated = GeneratedKey { table: &table, quoted: &quoted, column };
                B::key_order(&self.database.source, connection, &generated).map_err(database::<B>)?
            }
            None => KeyOrder::Unknown,
        };
        self.keys = Some(keys);
        Ok(())
    }

    fn key_order(&self) -> KeyOrder {
        self.keys.unwrap_or(KeyOrder::Unknown)
    }

    /// How many statements the INSERTs of so many rows take, read back included.
    pub(crate) fn insert_statements(&self, rows: usize, columns: ColumnSet, postponed: ColumnSet) -> usize {
        let reads_back = matches!(self.database.dialect.returning, Returning::Select(_))
            && !E::meta().returned().is_empty();
        rows.div_ceil(self.insert_size(columns, postponed)) * if reads_back { 2 } else { 1 }
    }

    /// How many rows go into one INSERT.
    pub(crate) fn insert_size(&self, columns: ColumnSet, postponed: ColumnSet) -> usize {
        let dialect = self.database.dialect;
        if columns.is_empty() || (E::meta().key_is_generated() && self.key_order() == KeyOrder::Unknown) {
            return 1;
        }
        match self.insert_layout(columns, postponed) {
            (Layout::Arrays, rows) => rows.max(1),
            (Layout::Listed, rows) => rows.min(dialect.max_binds / columns.len()).max(1),
        }
    }

    /// How the values of many rows stand in an INSERT, and the most of them.
    pub(super) fn insert_layout(&self, columns: ColumnSet, postponed: ColumnSet) -> (Layout, usize) {
        match self.database.dialect.insert {
            InsertShape::Values { rows } => (Layout::Listed, rows),
            InsertShape::Arrays { values, .. }
                if self.has_no_arrays || columns.without(postponed).is_empty() =>
            {
                (Layout::Listed, values)
            }
            InsertShape::Arrays { rows, .. } => (Layout::Arrays, rows),
        }
    }

    pub(crate) fn insert(
        &mut self,
        connection: &mut B::Connection,
        arena: &mut Arena<E, B>,
        slots: &[u32],
        columns: ColumnSet,
        postponed: ColumnSet,
    ) -> Result<()> {
        if columns.len() > self.database.dialect.max_binds {
            return Err(Error::RowTooLarge { entity: E::meta().name });
        }
        let size = self.insert_size(columns, postponed);
        for chunk in slots.chunks(size) {
            if let Err(refused) = self.insert_rows(connection, arena, chunk, columns, postponed) {
                self.again(refused, chunk, &mut |writer, slots| {
                    writer.insert(connection, arena, slots, columns, postponed)
                })?;
            }
        }
        Ok(())
    }

    fn insert_rows(
        &mut self,
        connection: &mut B::Connection,
        arena: &mut Arena<E, B>,
        slots: &[u32],
        columns: ColumnSet,
        postponed: ColumnSet,
    ) -> Result<(), Refused> {
        let (layout, most) = match slots {
            [_] => (Layout::Listed, 1),
            _ => self.insert_layout(columns, postponed),
        };
        let (rows, cached) = match layout {
            Layout::Listed => (Count::Listed(slots.len()), Cached::of(slots.len(), most)),
            Layout::Arrays => (Count::Arrays, Cached::Yes),
        };
        let text = self.text(Shape::Insert { columns, postponed, rows })?;
        let values = Inserted::<B::Diesel> {
            rows: slots.iter().filter_map(|&slot| to_insert(arena.slot(slot)?)).collect(),
            columns: listed(columns.without(postponed)),
        };
        let listed = Listed(&values);
        let collected = self.collect(connection, &listed, layout)?;
        let values = collected.as_deref().unwrap_or(&listed);
        let statement = Statement { text: &text, cached, values };
        if E::meta().returned().is_empty() {
            execute::<E, B>(connection, &statement, slots.len())?;
            fill(arena, slots.iter().map(|&slot| (slot, None)), postponed)?;
            return Ok(());
        }
        let mut returned = Vec::with_capacity(slots.len());
        match self.database.dialect.returning {
            Returning::Clause => E::load_returned(connection, &statement, &mut |row| returned.push(row))
                .map_err(database::<B>)?,
            Returning::Select(read_back) => {
                if E::meta().key_is_generated() && self.key_order() != KeyOrder::Ascending {
                    let forget = Statement { text: read_back.forget_key, cached: Cached::Yes, values: &() };
                    connection.execute_returning_count(&forget).map_err(database::<B>)?;
                }
                execute::<E, B>(connection, &statement, slots.len())?;
                returned = self.read_back(connection, arena, slots, cached)?;
            }
        }
        let matched = match_returned::<E, B>(arena, slots, returned)?;
        self.check_order(connection, &matched)?;
        fill(arena, matched.into_iter().map(|(slot, returned)| (slot, Some(returned))), postponed)?;
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
        let mut push = |row| returned.push(row);
        if E::meta().key_is_generated() {
            let text = self.text(Shape::SelectInserted { rows })?;
            E::load_returned(connection, &Statement { text: &text, cached, values: &() }, &mut push)
        } else {
            let keys: Vec<E::Key> = slots.iter().filter_map(|&slot| arena.key_of(slot)).collect();
            let shape =
                Shape::Select { columns: Selected::Returned, rows: Count::Listed(rows), lock: Hold::No };
            let text = self.text(shape)?;
            let keys = Keyed::<E, B> { keys: &keys, versions: None };
            let query = Statement { text: &text, cached, values: &Listed(&keys) };
            E::load_returned(connection, &query, &mut push)
        }
        .map_err(database::<B>)?;
        Ok(returned)
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
        if let Some((table, quoted, column)) = generated_key::<E, B>().map_err(database::<B>)? {
            let generated = GeneratedKey { table: &table, quoted: &quoted, column };
            if B::keys_ascend(&self.database.source, connection, &generated).map_err(database::<B>)? {
                return Ok(());
            }
        }
        self.keys = Some(KeyOrder::Unknown);
        Err(Error::KeysUnknown { entity: E::meta().name })
    }
}

/// Runs an INSERT that gives nothing back.
fn execute<E: Entity<B>, B: Backend>(
    connection: &mut B::Connection,
    statement: &Statement<'_, B::Diesel>,
    rows: usize,
) -> Result<()> {
    match connection.execute_returning_count(statement).map_err(database::<B>)? {
        count if count == rows => Ok(()),
        _ => Err(Error::KeysUnknown { entity: E::meta().name }),
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
