//! Columns that the database works out when it updates a row: what became of them is read back.

use hashbrown::HashMap;

use super::collect::Refused;
use super::fragment::{ComputeRow, UpdatedRow};
use super::load::execute;
use super::text::pieces_around;
use super::update::Assignment;
use super::write::{Writer, database, to_update};
use crate::backend::{Backend, Returning};
use crate::entity::{Entity, Model};
use crate::error::{Error, Result};
use crate::identity::{Arena, Expression, Row, Slot};

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    /// Reads rows back whose columns the database worked out when it updated them.
    pub(super) fn read_computed(
        &mut self,
        connection: &mut B::Connection,
        slots: &[u32],
        values: &[(&E, &E)],
        is_main: bool,
    ) -> Result<()> {
        if !is_main || !generates_columns::<E>() {
            return Ok(());
        }
        let keys: Vec<E::Key> = values.iter().map(|(_, base)| base.key()).collect();
        let slots: HashMap<&E::Key, u32> = keys.iter().zip(slots.iter().copied()).collect();
        let mut read = Vec::with_capacity(keys.len());
        self.load_by_keys(connection, &keys, &mut |row| {
            read.extend(slots.get(&row.key()).map(|&slot| (slot, row)));
        })?;
        self.computed.append(&mut read);
        Ok(())
    }

    /// Updates one row whose columns the database computes, and reads the row back.
    pub(super) fn compute(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
        slot: u32,
        set: Assignment,
        expressions: &[Expression<B>],
    ) -> Result<()> {
        let Some((now, base)) = arena.slot(slot).and_then(to_update) else { return Ok(()) };
        let Assignment { columns, check, .. } = set;
        let set = columns.without(expressions.iter().map(|expression| expression.column).collect());
        let returning = self.database.dialect.returning;
        let pieces = pieces_around::<E, B>(returning, set, expressions, check).map_err(database::<B>)?;
        let (key, version) = (E::meta().key, E::meta().version.filter(|_| check));
        let values = UpdatedRow::<B::Diesel> { now, base, set, key, version };
        let collected = self.measure(connection, &values).map_err(Refused::of_one_row::<E>)?;
        let values = collected.as_deref().unwrap_or(&values);
        let statement = ComputeRow::<B> { pieces: &pieces, expressions, values };
        let mut read = None;
        match returning {
            Returning::Clause => E::load(connection, &statement, &mut |row| {
                read = Some(row);
                true
            })
            .map_err(database::<B>)?,
            Returning::Select(_) => {
                let count = execute::<B>(connection, &statement).map_err(database::<B>)?;
                if count == 1 {
                    read = self.load_by_key(connection, &base.key())?;
                }
            }
        }
        match read {
            Some(row) => {
                self.computed.push((slot, row));
                Ok(())
            }
            None => Err(Error::Stale(arena.name_of(slot))),
        }
    }
}

/// Whether the caller lets the database compute a column of the row.
pub(super) fn has_expressions<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: u32) -> bool {
    let row = arena.slot(slot).and_then(Slot::row);
    row.and_then(|row| row.change.as_ref()).is_some_and(|change| !change.expressions.is_empty())
}

/// Whether the database works out columns of every row that is written.
pub(super) fn generates_columns<E: Model>() -> bool {
    !E::meta().select(|column| column.generated).without(E::meta().key_columns()).is_empty()
}

pub(super) fn expressions_of<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: u32) -> Vec<Expression<B>> {
    match arena.slot(slot) {
        Some(Slot::Row(Row { change: Some(change), .. })) => change.expressions.clone(),
        _ => Vec::new(),
    }
}
