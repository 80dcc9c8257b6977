//! Executes the steps of a plan for one entity, and undoes in memory what a failed flush began.

use std::any::Any;

use diesel::connection::Connection;
use hashbrown::HashMap;

use super::fragment::{ByKey, Cached, ComputeRow, InsertRows, UpdateRow, UpdateRows, Updated};
use super::text::{Shape, Texts, pieces_around, table_and_key};
use crate::backend::{Backend, Failure, KeyOrder, UpdateShape};
use crate::entity::{Bind, ColumnSet, Entity, Record, References};
use crate::error::{Error, Result};
use crate::identity::{Arena, Expression, Row, Slot, Status, Written};

/// Executes steps for one entity.
///
/// Until the flush as a whole went through, memory changes only in ways that [`Writer::abandon`] takes back.
pub(crate) struct Writer<E: Entity<B>, B: Backend> {
    pub(crate) texts: Texts,
    /// Values as they were before this flush resolved their links.
    undo: Vec<(u32, E)>,
    /// Rows whose version this flush moved on.
    advanced: Vec<u32>,
    /// Whether the table turned out not to count its keys up: they go in one at a time from then on.
    keys_unordered: bool,
    /// Rows read back after an UPDATE that let the database compute columns.
    computed: Vec<(u32, E)>,
    _backend: std::marker::PhantomData<fn() -> B>,
}

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    pub(crate) fn new() -> Self {
        Self {
            texts: Texts::default(),
            undo: Vec::new(),
            advanced: Vec::new(),
            keys_unordered: false,
            computed: Vec::new(),
            _backend: std::marker::PhantomData,
        }
    }

    // -- memory --------------------------------------------------------------------------------------------------

    /// Makes a relation of a row refer to a key that is known by now.
    pub(crate) fn resolve(
        &mut self,
        arena: &mut Arena<E, B>,
        slot: u32,
        relation: usize,
        key: Option<&dyn Any>,
    ) {
        match arena.slot_mut(slot) {
            Some(Slot::Draft(draft)) => {
                match &mut draft.written {
                    Some(Written::Row(row)) => row.set_reference(relation, key),
                    _ => draft.record.set_reference(relation, key),
                };
            }
            Some(Slot::Row(row)) => {
                self.undo.push((slot, row.value.clone()));
                row.value.set_reference(relation, key);
            }
            _ => {}
        }
    }

    /// The flush failed: memory is what it was before.
    pub(crate) fn abandon(&mut self, arena: &mut Arena<E, B>) {
        for (slot, value) in self.undo.drain(..).rev() {
            if let Some(Slot::Row(row)) = arena.slot_mut(slot) {
                row.value = value;
            }
        }
        let version: ColumnSet = E::meta().version.into_iter().collect();
        for slot in self.advanced.drain(..) {
            if let Some(Slot::Row(Row { value, change: Some(change), .. })) = arena.slot_mut(slot) {
                value.copy_columns(&change.base, version);
            }
        }
        self.computed.clear();
        for slot in arena.pending().to_vec() {
            if let Some(Slot::Draft(draft)) = arena.slot_mut(slot) {
                draft.written = None;
            }
        }
    }

    /// The flush went through.
    pub(crate) fn accept(&mut self, arena: &mut Arena<E, B>) {
        self.undo.clear();
        self.advanced.clear();
        for (slot, value) in self.computed.drain(..) {
            if let Some(Slot::Row(row)) = arena.slot_mut(slot) {
                row.value = value;
            }
        }
        arena.accept();
    }

    // -- INSERT --------------------------------------------------------------------------------------------------

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

    // -- UPDATE --------------------------------------------------------------------------------------------------

    /// Writes one set of columns of many rows. With `check`, versions are compared and moved on.
    pub(crate) fn update(
        &mut self,
        connection: &mut B::Connection,
        arena: &mut Arena<E, B>,
        slots: &[u32],
        columns: ColumnSet,
        postponed: ColumnSet,
        check: bool,
    ) -> Result<()> {
        let computed_by_database =
            !E::meta().select(|column| column.generated).without(E::meta().key_columns()).is_empty();
        let size = Self::update_size(columns, postponed);
        for chunk in slots.chunks(size) {
            if check && E::meta().version.is_some() {
                chunk.iter().try_for_each(|&slot| self.advance_version(arena, slot))?;
            }
            let is_plain = |&slot| !check || !(computed_by_database || has_expressions(arena, slot));
            if size > 1 && chunk.len() == size && chunk.iter().all(is_plain) {
                self.update_rows(connection, arena, chunk, columns, check)?;
                continue;
            }
            for slot in chunk {
                if is_plain(slot) {
                    self.update_row(connection, arena, *slot, columns, postponed, check)?;
                } else {
                    let expressions = expressions_of(arena, *slot);
                    self.compute(connection, arena, *slot, columns, &expressions)?;
                }
            }
        }
        Ok(())
    }

    /// How many rows go into one UPDATE, where so many are left.
    fn update_size(columns: ColumnSet, postponed: ColumnSet) -> usize {
        let dialect = B::dialect();
        // The key and the columns, and the version twice.
        let binds = E::meta().key.len() + columns.len() + 2;
        match dialect.update {
            UpdateShape::FromValues { rows } if postponed.is_empty() && !columns.is_empty() => {
                rows.min(dialect.max_binds / binds).max(1)
            }
            UpdateShape::FromValues { .. } | UpdateShape::Row => 1,
        }
    }

    fn advance_version(&mut self, arena: &mut Arena<E, B>, slot: u32) -> Result<()> {
        if let Some(Slot::Row(row)) = arena.slot_mut(slot) {
            if !row.value.advance_version() {
                return Err(Error::VersionExhausted(arena.name_of(slot)));
            }
            self.advanced.push(slot);
        }
        Ok(())
    }

    fn update_row(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slot: u32,
        columns: ColumnSet,
        postponed: ColumnSet,
        check: bool,
    ) -> Result<()> {
        let shape = Shape::Update { columns, postponed, check };
        let text = self.texts.get::<E, B>(shape).map_err(database::<B>)?;
        let Some((now, base)) = arena.slot(slot).and_then(to_update) else { return Ok(()) };
        let version = E::meta().version.filter(|_| check);
        let set = columns.without(postponed);
        let statement = UpdateRow::<B> { text: &text, now, base, set, key: E::meta().key, version };
        match connection.execute_returning_count(&statement).map_err(database::<B>)? {
            1 => Ok(()),
            _ => Err(Error::Stale(arena.name_of(slot))),
        }
    }

    fn update_rows(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        columns: ColumnSet,
        check: bool,
    ) -> Result<()> {
        let shape = Shape::UpdateMany { columns, check, rows: slots.len() };
        let text = self.texts.get::<E, B>(shape).map_err(database::<B>)?;
        let version = E::meta().version.filter(|_| check);
        let rows: Vec<_> = slots.iter().filter_map(|&slot| to_update(arena.slot(slot)?)).collect();
        if rows.len() != slots.len() {
            // The text has places for all of them.
            return Err(Error::NotWritten { entity: E::meta().name });
        }
        let binds: Vec<Updated<'_, B>> = rows.iter().map(|&(now, base)| Updated { now, base }).collect();
        let statement =
            UpdateRows::<B> { text: &text, rows: &binds, set: columns, key: E::meta().key, version };
        let count = connection.execute_returning_count(&statement).map_err(database::<B>)?;
        if count == slots.len() {
            return Ok(());
        }
        // Which row was it? One that is gone, or that has not got the version it was given here.
        let version: ColumnSet = version.into_iter().collect();
        for (&slot, (now, base)) in slots.iter().zip(rows) {
            let read = super::load_by_key::<E, B>(connection, &mut self.texts, &base.key());
            match read.map_err(database::<B>)? {
                Some(row) if !row.changes(now).intersects(version) => {}
                _ => return Err(Error::Stale(arena.name_of(slot))),
            }
        }
        Err(stale(arena, slots.first().copied()))
    }

    /// Updates one row whose columns the database computes, and reads the row back.
    fn compute(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slot: u32,
        columns: ColumnSet,
        expressions: &[Expression<B>],
    ) -> Result<()> {
        let Some((now, base)) = arena.slot(slot).and_then(to_update) else { return Ok(()) };
        let set = columns.without(expressions.iter().map(|expression| expression.column).collect());
        let pieces = pieces_around::<E, B>(set, expressions, true).map_err(database::<B>)?;
        let key = E::meta().key;
        let row = UpdateRow::<B> { text: "", now, base, set, key, version: E::meta().version };
        let statement = ComputeRow { pieces: &pieces, expressions, row };
        let mut read = None;
        if B::dialect().returning {
            E::load(connection, &statement, &mut |row| {
                read = Some(row);
                true
            })
            .map_err(database::<B>)?;
        } else if connection.execute_returning_count(&statement).map_err(database::<B>)? == 1 {
            let key = base.key();
            read = super::load_by_key::<E, B>(connection, &mut self.texts, &key).map_err(database::<B>)?;
        }
        match read {
            Some(row) => {
                self.computed.push((slot, row));
                Ok(())
            }
            None => Err(Error::Stale(arena.name_of(slot))),
        }
    }

    /// Gives columns of rows a value which no row has, until a later step writes the row.
    pub(crate) fn park(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        columns: ColumnSet,
    ) -> Result<()> {
        if B::placeholder("").is_none() {
            return Err(Error::UniqueCycle { entity: E::meta().name });
        }
        let text = self.texts.get::<E, B>(Shape::Park { columns }).map_err(database::<B>)?;
        for &slot in slots {
            let Some((now, base)) = arena.slot(slot).and_then(to_update) else { continue };
            let (set, key) = (ColumnSet::EMPTY, E::meta().key);
            let statement = UpdateRow::<B> { text: &text, now, base, set, key, version: None };
            match connection.execute_returning_count(&statement).map_err(database::<B>)? {
                1 => {}
                _ => return Err(Error::Stale(arena.name_of(slot))),
            }
        }
        Ok(())
    }

    // -- DELETE --------------------------------------------------------------------------------------------------

    /// How many rows go into one DELETE.
    pub(crate) fn delete_size() -> usize {
        // A row is named in the error when it is missing: several at once only where the database says which it
        // deleted. A version is compared a row at a time, and so is a key of several columns.
        let dialect = B::dialect();
        if !dialect.returning || E::meta().version.is_some() || E::meta().key.len() > 1 {
            return 1;
        }
        dialect.delete_rows.min(dialect.max_binds).max(1)
    }

    pub(crate) fn delete(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
    ) -> Result<()> {
        let size = Self::delete_size();
        for chunk in slots.chunks(size) {
            let keys: Vec<E::Key> =
                chunk.iter().filter_map(|&slot| arena.slot(slot)?.with_key(Clone::clone)).collect();
            let version = match (chunk, E::meta().version) {
                ([slot], Some(column)) => arena
                    .slot(*slot)
                    .and_then(Slot::row)
                    .map(|row| (row.base() as &dyn Bind<B::Diesel>, column)),
                _ => None,
            };
            let shape = Shape::Delete { rows: chunk.len(), check: version.is_some() };
            let text = self.texts.get::<E, B>(shape).map_err(database::<B>)?;
            let cached = if chunk.len() == 1 || chunk.len() == size { Cached::Yes } else { Cached::No };
            let statement = ByKey::<E, B> { text: &text, cached, keys: &keys, version };
            if chunk.len() == 1 {
                let count = connection.execute_returning_count(&statement).map_err(database::<B>)?;
                if count != 1 {
                    return Err(stale(arena, chunk.first().copied()));
                }
            } else {
                let mut deleted = Vec::with_capacity(chunk.len());
                E::load_keys(connection, &statement, &mut |key| deleted.push(key)).map_err(database::<B>)?;
                if deleted.len() != chunk.len() {
                    let missing = chunk.iter().zip(&keys).find(|(_, key)| !deleted.contains(key));
                    return Err(stale(arena, missing.map(|(&slot, _)| slot)));
                }
            }
        }
        Ok(())
    }
}

fn stale<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: Option<u32>) -> Error {
    Error::Stale(arena.name_of(slot.unwrap_or(u32::MAX)))
}

/// A database's refusal, classified by the backend.
pub(crate) fn database<B: Backend>(source: diesel::result::Error) -> Error {
    let failure: Failure = B::classify(&source);
    Error::Database { failure: Box::new(failure), source }
}

/// What an INSERT of the slot binds.
fn to_insert<E: Entity<B>, B: Backend>(slot: &Slot<E, B>) -> Option<&dyn Bind<B::Diesel>> {
    match slot {
        Slot::Draft(draft) => Some(&draft.record),
        Slot::Row(row) => Some(&row.value),
        _ => None,
    }
}

/// What an UPDATE of the slot binds: the new values, and the row as the database has it.
fn to_update<E: Entity<B>, B: Backend>(slot: &Slot<E, B>) -> Option<(&E, &E)> {
    match slot {
        Slot::Draft(draft) => match &draft.written {
            Some(Written::Row(row)) => Some((row, row)),
            _ => None,
        },
        Slot::Row(row) => Some((&row.value, row.base())),
        _ => None,
    }
}

fn has_expressions<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: u32) -> bool {
    let row = arena.slot(slot).and_then(Slot::row);
    row.and_then(|row| row.change.as_ref()).is_some_and(|change| !change.expressions.is_empty())
}

fn expressions_of<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: u32) -> Vec<Expression<B>> {
    match arena.slot(slot) {
        Some(Slot::Row(Row { change: Some(change), .. })) => change.expressions.clone(),
        _ => Vec::new(),
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
