//! UPDATE: rows alike in batches, expressions row by row, and rows that wait for a unique value.

use diesel::connection::Connection;

use super::fragment::{ComputeRow, UpdateRow, UpdateRows, Updated};
use super::text::{Shape, pieces_around};
use super::write::{Writer, database, stale};
use crate::backend::{Backend, UpdateShape};
use crate::entity::{ColumnSet, Entity};
use crate::error::{Error, Result};
use crate::identity::{Arena, Expression, Row, Slot, Written};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
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
