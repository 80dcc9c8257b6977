//! Executes the UPDATEs of a plan for one entity, and undoes in memory what a failed flush began.

use std::any::Any;
use std::rc::Rc;

use diesel::connection::Connection;

use super::fragment::{ComputeRow, UpdateRow};
use super::text::{Shape, Texts, pieces_around};
use crate::backend::{Backend, Failure, KeyOrder, Returning};
use crate::entity::{ColumnSet, Entity, Model, References};
use crate::error::{Error, Result};
use crate::identity::{Arena, Expression, Row, Slot};

/// Executes steps for one entity.
///
/// Until the flush as a whole went through, memory changes only in ways that [`Writer::abandon`] takes back.
pub(crate) struct Writer<E: Entity<B>, B: Backend> {
    pub(crate) texts: Texts,
    /// Values as they were before this flush resolved their links.
    undo: Vec<(u32, E)>,
    /// Rows whose version this flush moved on.
    advanced: Vec<u32>,
    /// Rows read back after an UPDATE that let the database compute columns.
    computed: Vec<(u32, E)>,
    /// What is known of generated keys, once the database was asked.
    pub(super) keys: Option<KeyOrder>,
    _backend: std::marker::PhantomData<fn() -> B>,
}

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    pub(crate) fn new() -> Self {
        Self {
            texts: Texts::default(),
            undo: Vec::new(),
            advanced: Vec::new(),
            computed: Vec::new(),
            keys: None,
            _backend: std::marker::PhantomData,
        }
    }

    /// The text of a shape.
    pub(super) fn text(&mut self, shape: Shape) -> Result<Rc<str>> {
        self.texts.get::<E, B>(shape).map_err(database::<B>)
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
                    Some(row) => row.set_reference(relation, key),
                    None => draft.record.set_reference(relation, key),
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
        let computed_by_database = computed_by_database::<E>();
        for &slot in slots {
            if check && E::meta().version.is_some() {
                self.advance_version(arena, slot)?;
            }
            let expressions = expressions_of(arena, slot);
            if check && (computed_by_database || !expressions.is_empty()) {
                self.compute(connection, arena, slot, columns, &expressions)?;
            } else {
                self.update_row(connection, arena, slot, columns, postponed, check)?;
            }
        }
        Ok(())
    }

    /// Whether an UPDATE of one of the rows has to give columns back.
    pub(crate) fn computes(arena: &Arena<E, B>, slots: &[u32]) -> bool {
        computed_by_database::<E>() || slots.iter().any(|&slot| !expressions_of(arena, slot).is_empty())
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
        let text = self.text(shape)?;
        let Some((now, base)) = arena.slot(slot).and_then(to_update) else { return Ok(()) };
        let version = E::meta().version.filter(|_| check);
        let set = columns.without(postponed);
        let statement = UpdateRow::<B> { text: &text, now, base, set, key: E::meta().key, version };
        match connection.execute_returning_count(&statement).map_err(database::<B>)? {
            1 => Ok(()),
            _ => Err(Error::Stale(arena.name_of(slot))),
        }
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
        if matches!(B::dialect().returning, Returning::Clause) {
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
}

/// A database's refusal, classified by the backend.
pub(crate) fn database<B: Backend>(source: diesel::result::Error) -> Error {
    let failure: Failure = B::classify(&source);
    Error::Database { failure: Box::new(failure), source }
}

/// What an UPDATE of the slot binds: the new values, and the row as the database has it.
fn to_update<E: Entity<B>, B: Backend>(slot: &Slot<E, B>) -> Option<(&E, &E)> {
    match slot {
        Slot::Draft(draft) => draft.written.as_ref().map(|row| (row, row)),
        Slot::Row(row) => Some((&row.value, row.base())),
        _ => None,
    }
}

/// Whether the database works out columns of every row that is written.
fn computed_by_database<E: Model>() -> bool {
    !E::meta().select(|column| column.generated).without(E::meta().key_columns()).is_empty()
}

fn expressions_of<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: u32) -> Vec<Expression<B>> {
    match arena.slot(slot) {
        Some(Slot::Row(Row { change: Some(change), .. })) => change.expressions.clone(),
        _ => Vec::new(),
    }
}
