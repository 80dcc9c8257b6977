//! The pending rows of one entity: drafts, diffs and removals.

use crate::backend::Backend;
use crate::entity::{ColumnSet, Model, Record};
use crate::error::{Error, Result, RowName, UnflushedEntity};
use crate::identity::{Arena, Guard, Row, Slot, Status};
use crate::order::WriteKind;

/// One row that the next flush writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowChange {
    pub(crate) slot: u32,
    pub(crate) kind: WriteKind,
    pub(crate) columns: ColumnSet,
}

/// What is pending of one entity.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// Inserts in the order of registration, then updates, deletes and rows to look at by key.
    pub(crate) rows: Vec<RowChange>,
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// The rows to write.
    ///
    /// Looks at pending slots alone, so its cost is that of the edits and not of what is loaded.
    ///
    /// # Errors
    ///
    /// A key, a version or a generated column that was edited.
    pub(crate) fn gather(&self) -> Result<Pending> {
        let mut inserts = Vec::new();
        let (mut updates, mut deletes, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for slot in self.pending_slots() {
            let Some(change) = self.row_change(slot)? else { continue };
            match change.kind {
                WriteKind::Insert => inserts.push(change),
                WriteKind::Update => updates.push(change),
                WriteKind::Delete => deletes.push(change),
                WriteKind::Expect => expected.push(change),
            }
        }
        // Two sessions that write the same rows lock them in one order.
        for list in [&mut updates, &mut deletes, &mut expected] {
            list.sort_by_cached_key(|change: &RowChange| self.key_of(change.slot));
        }
        inserts.append(&mut updates);
        inserts.append(&mut deletes);
        inserts.append(&mut expected);
        Ok(Pending { rows: inserts })
    }

    /// The slots on the list of the next flush, each once, in the order in which they were made.
    fn pending_slots(&self) -> Vec<u32> {
        let mut slots = self.pending().to_vec();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    fn row_change(&self, slot: u32) -> Result<Option<RowChange>> {
        let (kind, columns) = match self.slot(slot) {
            Some(Slot::Draft(draft)) => (WriteKind::Insert, draft.record.columns()),
            Some(Slot::Row(row)) => match row.status {
                Status::Unwritten => {
                    check_key(row, row.edited())?;
                    (WriteKind::Insert, ColumnSet::first(E::meta().columns.len()))
                }
                Status::Stored => {
                    let columns = row.set();
                    check_writable(row, columns)?;
                    match row.guard() {
                        _ if E::meta().moves_version(columns) => (WriteKind::Update, columns),
                        Guard::None if columns.is_empty() => return Ok(None),
                        Guard::None => (WriteKind::Update, columns),
                        Guard::Expect if columns.is_empty() => (WriteKind::Expect, columns),
                        Guard::Expect | Guard::Increment => (WriteKind::Update, row.changed()),
                    }
                }
                Status::Leaving => (WriteKind::Delete, ColumnSet::EMPTY),
                Status::Withdrawn | Status::Deleted | Status::Detached => return Ok(None),
            },
            Some(Slot::Reference { leaving: true, .. }) => (WriteKind::Delete, ColumnSet::EMPTY),
            Some(Slot::Reference { .. } | Slot::Forgotten) | None => return Ok(None),
        };
        Ok(Some(RowChange { slot, kind, columns }))
    }

    /// What the next flush does to a row; nothing where it will refuse it.
    pub(crate) fn kind_of(&self, slot: u32) -> Option<WriteKind> {
        self.row_change(slot).ok().flatten().map(|change| change.kind)
    }

    /// The keys of rows that are to be removed and known by them alone.
    pub(crate) fn leaving_references(&self) -> Vec<E::Key> {
        let slots = self.pending_slots().into_iter().filter_map(|slot| self.slot(slot));
        let keys = slots.filter_map(|slot| match slot {
            Slot::Reference { key, leaving: true } => Some(key.clone()),
            _ => None,
        });
        keys.collect()
    }

    /// Whether a query of this entity's table has to be preceded by a flush.
    pub(crate) fn has_tracked_changes(&self) -> bool {
        let tracked = E::meta().select(|column| column.track);
        self.pending().iter().any(|&slot| match self.slot(slot) {
            Some(Slot::Row(Row { status: Status::Stored, change: Some(change), value, .. })) => {
                // Cheap answers first: a link or an expression is always tracked.
                !change.links.is_empty()
                    || !change.expressions.is_empty()
                    || change.guard == Guard::Increment
                    || value.changes(&change.base).intersects(tracked)
            }
            Some(Slot::Row(row)) => matches!(row.status, Status::Unwritten | Status::Leaving),
            Some(Slot::Draft(_) | Slot::Reference { leaving: true, .. }) => true,
            _ => false,
        })
    }

    /// Whether rows wait for their INSERT.
    pub(crate) fn has_drafts(&self) -> bool {
        self.pending().iter().any(|&slot| matches!(self.slot(slot), Some(Slot::Draft(_))))
    }

    /// What would be lost if the session ended now.
    pub(crate) fn unflushed(&self) -> Option<UnflushedEntity> {
        let mut lost = UnflushedEntity { entity: E::meta().name, new: 0, edited: 0, removed: 0, expected: 0 };
        for slot in self.pending_slots() {
            match self.slot(slot) {
                Some(Slot::Draft(_)) => lost.new += 1,
                Some(Slot::Reference { leaving: true, .. }) => lost.removed += 1,
                Some(Slot::Row(row)) => match row.status {
                    Status::Unwritten => lost.new += 1,
                    Status::Leaving => lost.removed += 1,
                    Status::Stored if row.guard() == Guard::Expect && row.set().is_empty() => {
                        lost.expected += 1;
                    }
                    Status::Stored if !row.changed().is_empty() => lost.edited += 1,
                    _ => {}
                },
                _ => {}
            }
        }
        (lost.new + lost.edited + lost.removed + lost.expected > 0).then_some(lost)
    }
}

/// Refuses edits of columns that are not the caller's to set.
fn check_writable<E: Model, B: Backend>(row: &Row<E, B>, columns: ColumnSet) -> Result<()> {
    let meta = E::meta();
    check_key(row, columns)?;
    if let Some(change) = row.change.as_ref().filter(|change| !change.expressions.is_empty()) {
        let edited = row.edited();
        let twice = change.expressions.iter().find(|expression| edited.contains(expression.column));
        if let Some(column) = twice.and_then(|expression| meta.columns.get(expression.column)) {
            return Err(Error::SetTwice { row: name_of(row), column: column.name });
        }
    }
    let read_only = meta.select(|column| column.generated) | meta.version.into_iter().collect();
    match (columns & read_only).iter().next().and_then(|column| meta.columns.get(column)) {
        Some(column) => Err(Error::ReadOnlyColumn { row: name_of(row), column: column.name }),
        None => Ok(()),
    }
}

/// Refuses an edit of the key: the row is known by it, whether it is written or not.
fn check_key<E: Model, B: Backend>(row: &Row<E, B>, columns: ColumnSet) -> Result<()> {
    if columns.intersects(E::meta().key_columns()) { Err(Error::KeyChanged(name_of(row))) } else { Ok(()) }
}

fn name_of<E: Model, B: Backend>(row: &Row<E, B>) -> RowName {
    RowName::new(E::meta(), &row.base().key())
}
