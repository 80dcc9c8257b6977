//! Frames: what a transaction or a scope has to put back, and what waits outside of it.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::arena::Arena;
use super::held::Held;
use super::slot::{Row, Slot, Status};
use super::twins::Twins;
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model};
use crate::error::{Error, Result, RowName};

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
    /// The rows that were locked inside.
    pub(crate) held: Held,
}

/// A slot of outside that was touched inside.
#[derive(Clone)]
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
        Self { kind, start, outside, first_pending: 0, twins, journal, held: Held::default() }
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
    if inside.value.changes(&change.base).is_empty() && !change.is_beyond_value() {
        return Slot::Row(inside);
    }
    inside.change = Some(change);
    Slot::Row(inside)
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// Notes what a slot was in every frame that it was not made in, before its content changes.
    ///
    /// Inside, the edits that wait outside are part of the value: an edit is compared with the value at the start.
    pub(crate) fn touch(&mut self, slot: u32) -> Result<()> {
        self.note_before(slot);
        let Some(content) = self.slots.get_mut(slot as usize) else { return Ok(()) };
        for frame in &mut self.frames {
            if slot >= frame.start || frame.journal.contains_key(&slot) {
                continue;
            }
            let before = content.clone();
            if let Slot::Row(row) = content
                && let Some(change) = &row.change
            {
                if !row.value.with_key(|key| change.base.with_key(|base| base == key)) {
                    return Err(Error::KeyChanged(change.base.with_key(|key| RowName::new(E::meta(), key))));
                }
                row.change = None;
            }
            frame.journal.insert(slot, Entry { before, known: ColumnSet::EMPTY, written: ColumnSet::EMPTY });
        }
        Ok(())
    }

    pub(crate) fn open_frame(&mut self, kind: FrameKind) {
        let start = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.frames.push(Frame {
            outside: std::mem::take(&mut self.pending),
            first_pending: self.first_pending,
            twins: std::mem::take(&mut self.twins),
            ..Frame::new(kind, start)
        });
    }

    /// Ends the innermost frame well: what was made in a transaction stays, what was made in a scope is forgotten.
    pub(crate) fn close_frame(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.kind == FrameKind::Scope {
            self.forget_from(frame.start);
        }
        for (slot, entry) in frame.journal {
            let Some(inside) = self.slots.get(slot as usize).cloned() else { continue };
            // What a scope wrote has been handed on when it was written.
            if frame.kind == FrameKind::Transaction {
                self.note_written(slot, entry.written);
            }
            self.note_known(slot, entry.known);
            self.replace(slot, settle(entry.before, inside, entry.known));
        }
        self.keep_held(frame.held);
        (self.pending, self.first_pending, self.twins) = (frame.outside, frame.first_pending, frame.twins);
    }

    /// Undoes the innermost frame: memory is what it was when the frame was opened.
    pub(crate) fn undo_frame(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.forget_from(frame.start);
        for (slot, entry) in frame.journal {
            self.replace(slot, entry.before);
        }
        (self.pending, self.first_pending, self.twins) = (frame.outside, frame.first_pending, frame.twins);
    }

    pub(super) fn forget_from(&mut self, start: u32) {
        for slot in start..u32::try_from(self.slots.len()).unwrap_or(u32::MAX) {
            self.index.leave(&self.slots, slot);
        }
        self.slots.truncate(start as usize);
    }

    /// These columns were written, and nothing but the innermost transaction can undo that: the scopes within it keep
    /// them however they end.
    pub(super) fn note_written(&mut self, slot: u32, columns: ColumnSet) {
        let Some(inside) = self.slots.get(slot as usize).filter(|_| !columns.is_empty()) else { return };
        for frame in self.frames.iter_mut().rev() {
            if let Some(entry) = frame.journal.get_mut(&slot) {
                entry.known |= columns;
                entry.written |= columns;
                if frame.kind == FrameKind::Scope {
                    let before = std::mem::replace(&mut entry.before, Slot::Forgotten);
                    entry.before = written_under(before, inside, columns);
                }
            }
            if frame.kind == FrameKind::Transaction {
                break;
            }
        }
    }

    /// These columns were read. Only the innermost frame knows it yet: should it be undone, it knew them in vain.
    pub(super) fn note_known(&mut self, slot: u32, columns: ColumnSet) {
        if let Some(entry) = self.frames.last_mut().and_then(|frame| frame.journal.get_mut(&slot)) {
            entry.known |= columns;
        }
    }

    /// The row as the database has it: without the edits of here, nor those that wait outside and count here as its value.
    pub(crate) fn stored(&self, slot: u32) -> Option<Cow<'_, E>> {
        let row = self.slots.get(slot as usize).and_then(Slot::row)?;
        let mut stored = Cow::Borrowed(row.base());
        for frame in self.frames.iter().rev() {
            if let Some(Entry { before: Slot::Row(Row { change: Some(change), .. }), known, .. }) =
                frame.journal.get(&slot)
            {
                let mut outside = change.base.clone();
                outside.copy_columns(&stored, *known);
                stored = Cow::Owned(outside);
            }
        }
        Some(stored)
    }
}

/// What `before` would have been had the flush happened outside: the columns written are in it, and no edit of them.
fn written_under<E: Model, B: Backend>(
    before: Slot<E, B>,
    inside: &Slot<E, B>,
    columns: ColumnSet,
) -> Slot<E, B> {
    match (before, inside) {
        (Slot::Row(mut before), Slot::Row(inside))
            if matches!(inside.status, Status::Stored | Status::Leaving) =>
        {
            before.value.copy_columns(&inside.value, columns);
            if let Some(change) = &mut before.change {
                change.base.copy_columns(&inside.value, columns);
            }
            Slot::Row(before)
        }
        _ => inside.clone(),
    }
}
