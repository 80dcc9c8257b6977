//! UPDATE: rows alike in batches, expressions row by row, and rows that wait for a unique value.

use diesel::connection::Connection;

use super::collect::Refused;
use super::compute::{expressions_of, generates_columns, has_expressions};
use super::fragment::{Cached, Statement, UpdatedRow};
use super::load::execute;
use super::many::{Layout, Listed, Updated};
use super::text::{Count, Shape};
use super::write::{Suspects, Writer, database, stale, to_update};
use crate::backend::{Backend, Returning, UpdateShape};
use crate::entity::{ColumnSet, Entity, Model};
use crate::error::{Error, Result};
use crate::identity::{Arena, Slot};
use crate::order::Action;
use crate::session::Batch;

/// What a batch of UPDATEs sets.
#[derive(Clone, Copy)]
pub(crate) struct Assignment {
    /// The columns of the caller, without the version.
    pub(crate) columns: ColumnSet,
    /// The columns that are NULL for now.
    pub(crate) postponed: ColumnSet,
    /// Whether versions are checked and moved on.
    pub(crate) check: bool,
    /// Whether this is what the caller asked for, and not what the order needs before or after it.
    pub(crate) is_main: bool,
}

impl Assignment {
    pub(crate) fn of<E: Model>(batch: &Batch<'_>) -> Self {
        let Batch { action, columns, postponed, .. } = *batch;
        let is_main = action == Action::Update;
        let check = is_main && E::meta().moves_version(columns);
        let columns = columns.without(E::meta().version.into_iter().collect());
        Self { columns, postponed, check, is_main }
    }
}

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Writes one set of columns of many rows.
    pub(crate) fn update(
        &mut self,
        connection: &mut B::Connection,
        arena: &mut Arena<E, B>,
        slots: &[u32],
        set: Assignment,
    ) -> Result<()> {
        if set.check {
            slots.iter().try_for_each(|&slot| self.advance_version(arena, slot))?;
        }
        let is_plain = |slot: u32| !set.is_main || !has_expressions(arena, slot);
        for alike in slots.chunk_by(|&a, &b| is_plain(a) == is_plain(b)) {
            if alike.first().is_some_and(|&slot| is_plain(slot)) {
                self.update_plain(connection, arena, alike, set)?;
                continue;
            }
            for &slot in alike {
                let expressions = expressions_of(arena, slot);
                self.compute(connection, arena, slot, set, &expressions)?;
            }
        }
        Ok(())
    }

    fn update_plain(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        set: Assignment,
    ) -> Result<()> {
        let (size, fewer) = self.update_size(set);
        let reads_back = set.is_main && generates_columns::<E>();
        for chunk in slots.chunks(size) {
            if chunk.len() == 1 || (chunk.len() < size && !fewer) {
                for &slot in chunk {
                    if reads_back {
                        self.compute(connection, arena, slot, set, &[])?;
                    } else {
                        self.update_row(connection, arena, slot, set)?;
                    }
                }
                continue;
            }
            if let Err(refused) = self.update_rows(connection, arena, chunk, set) {
                self.again(refused, chunk, &mut |writer, slots| {
                    writer.update_plain(connection, arena, slots, set)
                })?;
            }
        }
        Ok(())
    }

    /// How many rows go into one UPDATE, and whether fewer may.
    fn update_size(&self, set: Assignment) -> (usize, bool) {
        let dialect = self.database.dialect;
        if !set.postponed.is_empty() || (set.columns.is_empty() && !set.check) {
            return (1, false);
        }
        // The key and the columns, and the version twice.
        let binds = E::meta().key.len() + set.columns.len() + 2;
        let (most, fewer) = match (dialect.update, self.has_no_arrays) {
            (UpdateShape::Row, _) => return (1, false),
            (UpdateShape::FromArrays { rows, .. }, false) => return (rows.max(1), true),
            (UpdateShape::FromValues { rows }, _) => (rows, false),
            (UpdateShape::FromArrays { values, .. }, true) => (values, false),
            (UpdateShape::Join { rows, .. }, _) => (rows, true),
        };
        (most.min(dialect.max_binds / binds).max(1), fewer)
    }

    /// How many statements the UPDATEs of so many rows take, at most.
    pub(crate) fn update_statements(&self, arena: &Arena<E, B>, slots: &[u32], set: Assignment) -> usize {
        let has_clause = self.database.dialect.returning == Returning::Clause;
        let computed = slots.iter().filter(|&&slot| set.is_main && has_expressions(arena, slot)).count();
        let plain = slots.len() - computed;
        let (size, fewer) = self.update_size(set);
        let rest = plain % size;
        let rest = if fewer { usize::from(rest > 0) } else { rest };
        let updates = plain / size + rest + computed;
        let reads = match (has_clause, set.is_main && generates_columns::<E>()) {
            (true, true) => plain / size + rest,
            (true, false) => 0,
            (false, true) => updates,
            (false, false) => computed,
        };
        updates + reads
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
        set: Assignment,
    ) -> Result<()> {
        let Assignment { columns, postponed, check, .. } = set;
        let text = self.text(Shape::Update { columns, postponed, check })?;
        let Some((now, base)) = arena.slot(slot).and_then(to_update) else { return Ok(()) };
        let values = UpdatedRow::<B::Diesel> {
            now,
            base,
            set: columns.without(postponed),
            key: E::meta().key,
            version: E::meta().version.filter(|_| check),
        };
        let collected = self.measure(connection, &values).map_err(Refused::of_one_row::<E>)?;
        let values = collected.as_deref().unwrap_or(&values);
        let statement = Statement { text: &text, cached: Cached::Yes, values };
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
        set: Assignment,
    ) -> Result<(), Refused> {
        let Assignment { columns, check, .. } = set;
        let rows = slots.len();
        let (most, _) = self.update_size(set);
        let arrays = !self.has_no_arrays;
        let (shape, layout, cached) = match self.database.dialect.update {
            UpdateShape::FromArrays { .. } if arrays => {
                (Shape::UpdateMany { columns, check, rows: Count::Arrays }, Layout::Arrays, Cached::Yes)
            }
            UpdateShape::Join { union, .. } => {
                let shape = Shape::UpdateJoin { columns, check, rows, union };
                (shape, Layout::Listed, Cached::of(rows, most))
            }
            _ => {
                let shape = Shape::UpdateMany { columns, check, rows: Count::Listed(rows) };
                (shape, Layout::Listed, Cached::of(rows, most))
            }
        };
        let text = self.text(shape)?;
        let version = E::meta().version.filter(|_| check);
        let values: Vec<(&E, &E)> = slots.iter().filter_map(|&slot| to_update(arena.slot(slot)?)).collect();
        if values.len() != slots.len() {
            // The text has places for all of them.
            return Err(Error::NotWritten { entity: E::meta().name }.into());
        }
        let updated = Updated::<B::Diesel> {
            rows: values.iter().map(|&(now, base)| (now as _, base as _)).collect(),
            known: E::meta().key.iter().copied().chain(version).collect(),
            set: columns.iter().chain(version).collect(),
        };
        let listed = Listed(&updated);
        let collected = self.collect(connection, &listed, layout)?;
        let statement = Statement { text: &text, cached, values: collected.as_deref().unwrap_or(&listed) };
        let count = connection.execute_returning_count(&statement).map_err(database::<B>)?;
        if count == rows {
            return Ok(self.read_computed(connection, slots, &values, set.is_main)?);
        }
        // Which of them it was can only be seen when the others are what they were, after the rollback.
        self.suspects = Some(Suspects { slots: slots.to_vec(), deleted: false });
        Err(stale(arena, slots.first().copied()).into())
    }

    /// Gives columns of rows a value which no row has, until a later step writes the row.
    pub(crate) fn park(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slots: &[u32],
        columns: ColumnSet,
    ) -> Result<()> {
        let is_placed =
            |column| E::meta().columns.get(column).and_then(|meta| B::placeholder("", meta)).is_some();
        if !columns.iter().all(is_placed) {
            return Err(Error::UniqueCycle { entity: E::meta().name });
        }
        let text = self.text(Shape::Park { columns })?;
        for &slot in slots {
            let Some((now, base)) = arena.slot(slot).and_then(to_update) else { continue };
            let (set, key) = (ColumnSet::EMPTY, E::meta().key);
            let values = UpdatedRow::<B::Diesel> { now, base, set, key, version: None };
            let statement = Statement { text: &text, cached: Cached::Yes, values: &values };
            match execute::<B>(connection, &statement).map_err(database::<B>)? {
                1 => {}
                _ => return Err(Error::Stale(arena.name_of(slot))),
            }
        }
        Ok(())
    }
}
