//! Executes the steps of a plan for one entity, and undoes in memory what a failed flush began.

use std::any::Any;

use super::text::Texts;
use crate::backend::{Backend, Failure};
use crate::entity::{ColumnSet, Entity, References};
use crate::error::Error;
use crate::identity::{Arena, Row, Slot, Written};

/// Executes steps for one entity.
///
/// Until the flush as a whole went through, memory changes only in ways that [`Writer::abandon`] takes back.
pub(crate) struct Writer<E: Entity<B>, B: Backend> {
    pub(crate) texts: Texts,
    /// Values as they were before this flush resolved their links.
    pub(super) undo: Vec<(u32, E)>,
    /// Rows whose version this flush moved on.
    pub(super) advanced: Vec<u32>,
    /// Whether the table turned out not to count its keys up: they go in one at a time from then on.
    pub(super) keys_unordered: bool,
    /// Rows read back after an UPDATE that let the database compute columns.
    pub(super) computed: Vec<(u32, E)>,
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
}

/// A database's refusal, classified by the backend.
pub(crate) fn database<B: Backend>(source: diesel::result::Error) -> Error {
    let failure: Failure = B::classify(&source);
    Error::Database { failure: Box::new(failure), source }
}

/// The row that was to be there is not, or not in its version.
pub(super) fn stale<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: Option<u32>) -> Error {
    Error::Stale(arena.name_of(slot.unwrap_or(u32::MAX)))
}
