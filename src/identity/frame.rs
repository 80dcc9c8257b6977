//! Frames: what a transaction or a scope has to put back, and what waits outside of it.

use hashbrown::HashMap;

use super::slot::Slot;
use super::twins::Twins;
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model};

/// Whether what a frame wrote is undone with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// A transaction or a savepoint: a rollback undoes its flushes.
    Transaction,
    /// A scope: its flushes stand, its memory goes.
    Scope,
}

/// One open transaction or scope, as an arena sees it.
pub(crate) struct Frame<E: Model, B: Backend> {
    pub(crate) kind: FrameKind,
    /// Slots from here on were made inside.
    pub(crate) start: u32,
    /// The slots that were pending when the frame was opened, in registration order.
    pub(crate) outside: Vec<u32>,
    /// When the first of them was registered.
    pub(crate) first_pending: u64,
    /// The drafts of link rows among them.
    pub(crate) twins: Twins<E::Key>,
    /// Slots of outside that were touched inside.
    pub(crate) journal: HashMap<u32, Entry<E, B>>,
}

/// A slot of outside that was touched inside.
pub(crate) struct Entry<E: Model, B: Backend> {
    /// What it was when the frame was opened.
    pub(crate) before: Slot<E, B>,
    /// Columns whose value in the database became known inside: written by a flush, or read.
    pub(crate) known: ColumnSet,
    /// Columns that a flush inside wrote.
    pub(crate) written: ColumnSet,
}

impl<E: Model, B: Backend> Frame<E, B> {
    pub(crate) fn new(kind: FrameKind, start: u32) -> Self {
        let (outside, twins, journal) = (Vec::new(), Twins::default(), HashMap::new());
        Self { kind, start, outside, first_pending: 0, twins, journal }
    }
}

/// What outside sees of a slot once the frame ended well: its pending edits stay pending, except for columns that the
/// frame wrote or read.
pub(crate) fn settle<E: Model, B: Backend>(
    before: Slot<E, B>,
    inside: Slot<E, B>,
    known: ColumnSet,
) -> Slot<E, B> {
    let (Slot::Row(mut before), Slot::Row(mut inside)) = (before, inside.clone()) else { return inside };
    // Nothing is pending inside any more; a snapshot without an edit would keep the next edit off the list.
    inside.change = None;
    let Some(mut change) = before.change.take() else { return Slot::Row(inside) };
    if inside.status != before.status {
        return Slot::Row(inside);
    }
    change.base.copy_columns(&inside.value, known);
    if inside.value.changes(&change.base).is_empty()
        && change.links.is_empty()
        && change.expressions.is_empty()
    {
        return Slot::Row(inside);
    }
    inside.change = Some(change);
    Slot::Row(inside)
}
