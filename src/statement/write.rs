//! Executes the steps of a plan for one entity, and undoes in memory what a failed flush began.

use std::any::Any;
use std::rc::Rc;

use super::text::{Shape, Texts};
use crate::backend::{Backend, Failure, KeyOrder};
use crate::database::Database;
use crate::entity::{ColumnSet, Entity, References, give_key, keeps_others};
use crate::error::{Error, Result};
use crate::identity::{Arena, Row, Slot, Written, relation_columns};
use crate::stop::Stop;

/// Executes steps for one entity.
///
/// Until the flush as a whole went through, memory changes only in ways that [`Writer::abandon`] takes back.
pub(crate) struct Writer<E: Entity<B>, B: Backend> {
    pub(super) database: Database<B>,
    texts: Texts,
    stop: Stop,
    /// Values as they were before this flush resolved their links.
    pub(super) undo: Vec<(u32, E)>,
    /// Rows whose version this flush moved on.
    pub(super) advanced: Vec<u32>,
    /// What is known of the keys that the table makes, once that was asked or found out.
    pub(super) keys: Option<KeyOrder>,
    /// Whether a column turned out to be of a type of which the database has no array.
    pub(super) has_no_arrays: bool,
    pub(super) suspects: Option<Suspects>,
    /// Rows read back after an UPDATE that let the database compute columns.
    pub(super) computed: Vec<(u32, E)>,
}

/// Rows among which a statement did not find one.
pub(super) struct Suspects {
    pub(super) slots: Vec<u32>,
    pub(super) deleted: bool,
}

/// What the suspects are found to be after the rollback.
pub(crate) enum Suspicion {
    /// A row was changed or deleted by another writer: this says which.
    Stale(Error),
    /// Every row is there as it is known, so it was the flush that took along a row it was to delete.
    Own,
}

impl<E: Entity<B>, B: Backend> Writer<E, B> {
    pub(crate) fn new(database: Database<B>, stop: Stop) -> Self {
        Self {
            texts: Texts::new(database.dialect),
            database,
            stop,
            undo: Vec::new(),
            advanced: Vec::new(),
            keys: None,
            has_no_arrays: false,
            suspects: None,
            computed: Vec::new(),
        }
    }

    /// The text of a shape, for a statement that comes next. There is none when the session is to stop.
    pub(super) fn text(&mut self, shape: Shape) -> Result<Rc<str>> {
        self.stop.check()?;
        self.texts.get::<E, B>(shape).map_err(database::<B>)
    }

    /// Makes a relation of a row refer to a key that is known by now, or to nothing until it is.
    ///
    /// # Errors
    ///
    /// The key says something else of a column that the step does not write: memory would not be what the database has.
    pub(crate) fn resolve(
        &mut self,
        arena: &mut Arena<E, B>,
        slot: u32,
        relation: usize,
        key: Option<&dyn Any>,
        columns: ColumnSet,
    ) -> Result<()> {
        let meta = E::meta();
        let linked = relation_columns::<E>(relation);
        let fixed = (linked & meta.key_columns()) | linked.without(columns);
        let moved = |row: &E, before: &E| match fixed.is_empty() {
            true => ColumnSet::EMPTY,
            false => row.changes(before) & fixed,
        };
        match arena.slot_mut(slot) {
            Some(Slot::Draft(draft)) => {
                let agrees = match (&mut draft.written, key) {
                    (Some(Written::Row(row)), _) => {
                        let before = row.clone();
                        row.set_reference(relation, key) && moved(row, &before).is_empty()
                    }
                    (_, Some(key)) => give_key(meta, &mut draft.record, &draft.links, relation, key),
                    (_, None) => draft.record.set_reference(relation, None),
                };
                if agrees { Ok(()) } else { Err(Error::links_disagree(meta, relation)) }
            }
            Some(Slot::Row(row)) => {
                let shares = key.is_some() && meta.shares_columns(relation);
                let edited = if shares { row.edited() } else { ColumnSet::EMPTY };
                let before = row.value.clone();
                row.value.set_reference(relation, key);
                let links = row.change.as_ref().map_or(&[][..], |change| &change.links);
                let keeps = !shares || keeps_others(meta, &before, &row.value, links, relation, edited);
                let moved = moved(&row.value, &before);
                self.undo.push((slot, before));
                match moved.is_empty() {
                    true if keeps => Ok(()),
                    false if moved.intersects(meta.key_columns()) => {
                        Err(Error::KeyChanged(arena.name_of(slot)))
                    }
                    _ => Err(Error::links_disagree(meta, relation)),
                }
            }
            _ => Ok(()),
        }
    }

    /// Looks for the row that a statement did not find, if it was one of this entity's. Everything is as it was before the
    /// flush: what is gone, or has not got the version it is known by, was it.
    pub(crate) fn look_again(
        &mut self,
        connection: &mut B::Connection,
        arena: &Arena<E, B>,
    ) -> Result<Option<Suspicion>> {
        let Some(Suspects { slots, deleted }) = self.suspects.take() else { return Ok(None) };
        let known: Vec<(u32, E::Key)> =
            slots.iter().filter_map(|&slot| Some((slot, arena.key_of(slot)?))).collect();
        let keys: Vec<E::Key> = known.iter().map(|(_, key)| key.clone()).collect();
        let there = self.load_locked(connection, &keys)?;
        let version: ColumnSet = E::meta().version.into_iter().collect();
        let is_moved = |(slot, key): &&(u32, E::Key)| {
            let base = arena.slot(*slot).and_then(Slot::row).map(Row::base);
            there.get(key).is_none_or(|row| base.is_some_and(|base| row.changes(base).intersects(version)))
        };
        Ok(match known.iter().find(is_moved) {
            Some(&(slot, _)) => Some(Suspicion::Stale(stale(arena, Some(slot)))),
            None => deleted.then_some(Suspicion::Own),
        })
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
        self.suspects = None;
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
    // Where COMMIT failed and so did the ROLLBACK after it, the first says what happened.
    let cause = match &source {
        diesel::result::Error::RollbackErrorOnCommit { commit_error, .. } => commit_error,
        cause => cause,
    };
    let failure: Failure = B::classify(cause);
    Error::Database { failure: Box::new(failure), source }
}

/// The row that was to be there is not, or not in its version.
pub(super) fn stale<E: Entity<B>, B: Backend>(arena: &Arena<E, B>, slot: Option<u32>) -> Error {
    Error::Stale(arena.name_of(slot.unwrap_or(u32::MAX)))
}

/// What an UPDATE of the slot binds: the new values, and the row as the database has it.
pub(super) fn to_update<E: Entity<B>, B: Backend>(slot: &Slot<E, B>) -> Option<(&E, &E)> {
    match slot {
        Slot::Draft(draft) => match &draft.written {
            Some(Written::Row(row)) => Some((row, row)),
            _ => None,
        },
        Slot::Row(row) => Some((&row.value, row.base())),
        _ => None,
    }
}
