//! The rows of one entity in one session.

use std::any::TypeId;
use std::borrow::Cow;

use super::frame::{Entry, Frame, FrameKind, settle};
use super::index::Index;
use super::slot::{Change, Draft, Expression, Row, Slot, Status};
use super::twins::{Identity, Twins, is_link_row};
use crate::backend::Backend;
use crate::entity::{ColumnSet, Model, PendingLink, References};
use crate::error::{Error, Result, RowName};

/// The rows of one entity in one session.
///
/// Slots are never freed while their frame lives: a handle is good for as long as its brand.
pub(crate) struct Arena<E: Model, B: Backend> {
    slots: Vec<Slot<E, B>>,
    index: Index,
    /// Slots that may have something for the next flush, in registration order; the others are not looked at.
    pending: Vec<u32>,
    /// Those of them that are drafts of link rows.
    twins: Twins<E::Key>,
    frames: Vec<Frame<E, B>>,
    /// When the first pending slot was registered, counted over all arenas of the session.
    first_pending: u64,
}

impl<E: Model, B: Backend> Arena<E, B> {
    /// An empty arena below the frames that are open already.
    pub(crate) fn new(frames: &[FrameKind]) -> Self {
        Self {
            slots: Vec::new(),
            index: Index::default(),
            pending: Vec::new(),
            twins: Twins::default(),
            frames: frames.iter().map(|&kind| Frame::new(kind, 0)).collect(),
            first_pending: 0,
        }
    }

    pub(crate) fn name_of(&self, slot: u32) -> RowName {
        self.slots
            .get(slot as usize)
            .and_then(|slot| slot.with_key(|key| RowName::new(E::meta(), key)))
            .unwrap_or_else(|| RowName { entity: E::meta().name, key: "without key".into() })
    }

    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// The slots that may have something for the next flush, with repetitions.
    pub(crate) fn pending(&self) -> &[u32] {
        &self.pending
    }

    pub(crate) const fn first_pending(&self) -> u64 {
        self.first_pending
    }

    pub(crate) fn slot(&self, slot: u32) -> Option<&Slot<E, B>> {
        self.slots.get(slot as usize)
    }

    pub(crate) fn slot_mut(&mut self, slot: u32) -> Option<&mut Slot<E, B>> {
        self.slots.get_mut(slot as usize)
    }

    // -- reading -------------------------------------------------------------------------------------------------

    /// The row that a `Managed` or `Removed` handle stands for.
    #[expect(
        clippy::expect_used,
        reason = "such a handle is made for a slot that holds a row, and a slot keeps its row while the brand lives"
    )]
    pub(crate) fn value(&self, slot: u32) -> &E {
        &self.slots.get(slot as usize).and_then(Slot::row).expect("the handle is of this session").value
    }

    pub(crate) fn find(&self, key: &E::Key) -> Found {
        if let Some(slot) = self.index.live(&self.slots, key) {
            match self.slots.get(slot as usize) {
                Some(Slot::Reference { .. }) => Found::Unloaded,
                _ => Found::Row(slot),
            }
        } else if self.index.leaving(&self.slots, key).is_some() {
            Found::Leaving
        } else {
            Found::Unknown
        }
    }

    /// The slot that stands for the key, whatever is known of it.
    pub(crate) fn slot_of(&self, key: &E::Key) -> Option<u32> {
        self.index.live(&self.slots, key).or_else(|| self.index.leaving(&self.slots, key))
    }

    /// The row of that key whose deletion is scheduled.
    pub(crate) fn leaving(&self, key: &E::Key) -> Option<u32> {
        self.index.leaving(&self.slots, key)
    }

    pub(crate) fn draft(&self, slot: u32) -> Result<&Draft<E>> {
        match self.slots.get(slot as usize) {
            Some(Slot::Draft(draft)) => Ok(draft),
            other => Err(not_a_draft(other)),
        }
    }

    /// Whether the slot was pending or managed before the innermost frame was opened.
    pub(crate) fn is_outside(&self, slot: u32) -> bool {
        self.frames.last().is_some_and(|frame| slot < frame.start)
    }

    fn pending_outside() -> Error {
        Error::PendingOutside { entity: E::meta().name }
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

    // -- frames --------------------------------------------------------------------------------------------------

    /// Notes what a slot was in every frame that it was not made in, before its content changes.
    ///
    /// Inside, the edits that wait outside are part of the value: an edit is compared with the value at the start.
    pub(crate) fn touch(&mut self, slot: u32) -> Result<()> {
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

    /// Replaces the content of a slot and keeps the index true.
    pub(crate) fn replace(&mut self, slot: u32, content: Slot<E, B>) -> Option<Slot<E, B>> {
        self.index.leave(&self.slots, slot);
        let old = self.slots.get_mut(slot as usize).map(|place| std::mem::replace(place, content));
        self.index.enter(&self.slots, slot);
        old
    }

    pub(crate) fn set_status(&mut self, slot: u32, status: Status) {
        self.index.leave(&self.slots, slot);
        if let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) {
            row.status = status;
        }
        self.index.enter(&self.slots, slot);
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

    fn forget_from(&mut self, start: u32) {
        for slot in start..u32::try_from(self.slots.len()).unwrap_or(u32::MAX) {
            self.index.leave(&self.slots, slot);
        }
        self.slots.truncate(start as usize);
    }

    /// These columns were written, and nothing but the innermost transaction can undo that: the scopes within it keep
    /// them however they end.
    fn note_written(&mut self, slot: u32, columns: ColumnSet) {
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
    fn note_known(&mut self, slot: u32, columns: ColumnSet) {
        if let Some(entry) = self.frames.last_mut().and_then(|frame| frame.journal.get_mut(&slot)) {
            entry.known |= columns;
        }
    }

    // -- writing to memory ---------------------------------------------------------------------------------------

    fn push(&mut self, content: Slot<E, B>) -> u32 {
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(content);
        self.index.enter(&self.slots, slot);
        slot
    }

    /// Puts a slot on the list of the next flush.
    pub(crate) fn enlist(&mut self, slot: u32, now: u64) {
        if self.pending.is_empty() {
            self.first_pending = now;
        }
        if self.pending.last() != Some(&slot) {
            self.pending.push(slot);
        }
    }

    /// A draft; of a link row, the same ends once.
    pub(crate) fn add_draft(&mut self, record: E::Record, links: Vec<PendingLink>, now: u64) -> Result<u32> {
        use crate::entity::Record;
        let identity = Identity::of::<E>(&record, &links);
        if let Some(twin) = identity.as_ref().and_then(|identity| self.twin(identity)) {
            return Ok(twin);
        }
        if links.iter().all(|link| link.keyed)
            && let Some(key) = record.key()
        {
            self.refuse_live(&key)?;
        }
        let slot = self.push(Slot::Draft(Box::new(Draft { record, links, written: None })));
        if let Some(identity) = identity {
            self.twins.insert(identity, slot);
        }
        self.enlist(slot, now);
        Ok(slot)
    }

    /// A full value; of a link row, the one that is there.
    pub(crate) fn add_row(&mut self, value: E, now: u64) -> Result<u32> {
        let key = value.key();
        if is_link_row::<E>()
            && let Some(slot) = self.live(&key)
            && matches!(self.slots.get(slot as usize), Some(Slot::Row(_)))
        {
            return Ok(slot);
        }
        self.refuse_live(&key)?;
        let slot = self.push(Slot::Row(Row { value, status: Status::Unwritten, change: None }));
        self.enlist(slot, now);
        Ok(slot)
    }

    pub(super) fn live(&self, key: &E::Key) -> Option<u32> {
        self.index.live(&self.slots, key)
    }

    pub(super) const fn twins(&self) -> &Twins<E::Key> {
        &self.twins
    }

    fn refuse_live(&self, key: &E::Key) -> Result<()> {
        match self.index.live(&self.slots, key) {
            Some(_) => Err(Error::AlreadyManaged(RowName::new(E::meta(), key))),
            None => Ok(()),
        }
    }

    /// Takes a row of the database in: one slot per key.
    ///
    /// Columns edited in memory stay edited, the others take the database's value; while a row has edits its version
    /// stays as it was, so that the flush finds it stale. `None` when the row's deletion is scheduled.
    pub(crate) fn take_in(&mut self, read: E) -> Result<Option<u32>> {
        let (live, leaving) =
            read.with_key(|key| (self.index.live(&self.slots, key), self.index.leaving(&self.slots, key)));
        let Some(slot) = live else {
            return Ok(if leaving.is_some() { None } else { Some(self.push(Slot::stored(read))) });
        };
        let Some(content) = self.slots.get(slot as usize) else { return Ok(None) };
        let differs = match content {
            // The INSERT is still to come; the database will say that the key is taken.
            Slot::Row(row) if row.status == Status::Unwritten => false,
            Slot::Row(row) => !read.changes(&row.value).is_empty(),
            _ => true,
        };
        if !differs {
            // An edit that the database already holds is still an edit of the base; only an equal base is clean.
            return Ok(Some(slot));
        }
        self.touch(slot)?;
        let mut edited = self.edited_in_any_frame(slot);
        let meta = E::meta();
        if !edited.is_empty()
            && let Some(version) = meta.version
        {
            edited.insert(version);
        }
        let refreshed = ColumnSet::first(meta.columns.len()).without(edited);
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Row(row)) => {
                row.value.copy_columns(&read, refreshed);
                if let Some(change) = &mut row.change {
                    change.base.copy_columns(&read, refreshed);
                }
            }
            Some(Slot::Reference { leaving: false, .. }) => {
                self.replace(slot, Slot::stored(read));
            }
            _ => return Ok(None),
        }
        self.note_known(slot, refreshed);
        Ok(Some(slot))
    }

    /// Makes memory equal the row, edits included.
    pub(crate) fn overwrite(&mut self, slot: u32, read: E) -> Result<()> {
        self.touch(slot)?;
        if let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) {
            row.value = read;
            row.change = None;
        }
        self.note_known(slot, ColumnSet::first(E::meta().columns.len()));
        Ok(())
    }

    fn edited_in_any_frame(&self, slot: u32) -> ColumnSet {
        let outside = self.frames.iter().filter_map(|frame| frame.journal.get(&slot));
        outside
            .filter_map(|entry| entry.before.row())
            .chain(self.slots.get(slot as usize).and_then(Slot::row))
            .fold(ColumnSet::EMPTY, |edited, row| edited | row.changed())
    }

    /// The row for an edit: snapshot taken, on the list of the next flush.
    pub(crate) fn edit(&mut self, slot: u32, now: u64) -> Result<&mut Row<E, B>> {
        self.check_editable(slot)?;
        if self.is_outside(slot) {
            self.touch(slot)?;
        }
        let enlist = matches!(self.slots.get(slot as usize), Some(Slot::Row(Row { change: None, .. })));
        if enlist {
            self.enlist(slot, now);
        }
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Row(row)) => {
                // A full value that is not written needs its snapshot too: the index knows it by the key in there.
                row.change();
                Ok(row)
            }
            _ => Err(Error::NotWritten { entity: E::meta().name }),
        }
    }

    pub(crate) fn check_editable(&self, slot: u32) -> Result<()> {
        match self.slots.get(slot as usize) {
            Some(Slot::Row(row)) => match row.status {
                Status::Stored => Ok(()),
                Status::Unwritten if self.is_outside(slot) => Err(Self::pending_outside()),
                Status::Unwritten => Ok(()),
                Status::Leaving | Status::Withdrawn | Status::Deleted => {
                    Err(Error::Removed(self.name_of(slot)))
                }
                Status::Detached => Err(Error::Detached(self.name_of(slot))),
            },
            _ => Err(Error::NotWritten { entity: E::meta().name }),
        }
    }

    pub(crate) fn draft_mut(&mut self, slot: u32) -> Result<&mut Draft<E>> {
        if self.is_outside(slot) {
            self.draft(slot)?;
            return Err(Self::pending_outside());
        }
        match self.slots.get_mut(slot as usize) {
            Some(Slot::Draft(draft)) => Ok(draft),
            other => Err(not_a_draft(other.as_deref())),
        }
    }

    /// New -> nothing.
    pub(crate) fn forget(&mut self, slot: u32) -> Result<Draft<E>> {
        let draft = self.draft_mut(slot)?.clone();
        self.replace(slot, Slot::Forgotten);
        Ok(draft)
    }

    /// Managed or Reference -> Removed.
    pub(crate) fn remove(&mut self, slot: u32, now: u64) -> Result<()> {
        if let Some(Slot::Reference { key, leaving }) = self.slots.get(slot as usize) {
            if *leaving {
                return Err(Error::Removed(self.name_of(slot)));
            }
            let key = key.clone();
            self.touch(slot)?;
            self.replace(slot, Slot::Reference { key, leaving: true });
            self.enlist(slot, now);
            return Ok(());
        }
        self.check_editable(slot)?;
        self.touch(slot)?;
        let unwritten = self.row_status(slot) == Some(Status::Unwritten);
        self.set_status(slot, if unwritten { Status::Withdrawn } else { Status::Leaving });
        self.enlist(slot, now);
        Ok(())
    }

    fn row_status(&self, slot: u32) -> Option<Status> {
        self.slots.get(slot as usize).and_then(Slot::row).map(|row| row.status)
    }

    /// Removed -> Managed.
    pub(crate) fn restore(&mut self, slot: u32, now: u64) -> Result<()> {
        let status = match self.row_status(slot) {
            Some(Status::Leaving) => Status::Stored,
            Some(Status::Withdrawn) => Status::Unwritten,
            Some(Status::Deleted) => return Err(Error::Removed(self.name_of(slot))),
            Some(Status::Detached) => return Err(Error::Detached(self.name_of(slot))),
            // Another handle restored it already.
            Some(Status::Stored | Status::Unwritten) => return Ok(()),
            None => return Err(Error::NotWritten { entity: E::meta().name }),
        };
        if self.is_outside(slot) && !self.touched_inside(slot) {
            return Err(Self::pending_outside());
        }
        if let Some(key) = self.slots.get(slot as usize).and_then(|s| s.with_key(Clone::clone)) {
            self.refuse_live(&key)?;
        }
        self.touch(slot)?;
        self.set_status(slot, status);
        self.enlist(slot, now);
        Ok(())
    }

    fn touched_inside(&self, slot: u32) -> bool {
        self.frames.last().is_some_and(|frame| frame.journal.contains_key(&slot))
    }

    /// Managed or Removed -> out of the session. Gives the value and the snapshot of its edits.
    pub(crate) fn detach(&mut self, slot: u32) -> Result<(E, Option<E>)> {
        match self.slots.get(slot as usize) {
            Some(Slot::Row(row)) => match row.status {
                Status::Stored | Status::Leaving => {}
                Status::Unwritten | Status::Withdrawn => {
                    return Err(Error::NotWritten { entity: E::meta().name });
                }
                Status::Deleted => return Err(Error::Removed(self.name_of(slot))),
                Status::Detached => return Err(Error::Detached(self.name_of(slot))),
            },
            _ => return Err(Error::NotWritten { entity: E::meta().name }),
        }
        if self.row_status(slot) == Some(Status::Leaving)
            && self.is_outside(slot)
            && !self.touched_inside(slot)
        {
            return Err(Self::pending_outside());
        }
        // What waits outside is an edit as well, although inside it counts as unedited.
        let stored = self.stored(slot).map(Cow::into_owned);
        if let Some(Slot::Row(Row { change: Some(change), .. })) = self.slots.get(slot as usize)
            && (!change.links.is_empty() || !change.expressions.is_empty())
        {
            return Err(Error::PendingLink(self.name_of(slot)));
        }
        self.touch(slot)?;
        let Some(Slot::Row(row)) = self.slots.get_mut(slot as usize) else {
            return Err(Error::NotWritten { entity: E::meta().name });
        };
        let value = row.value.clone();
        row.change = None;
        let base = stored.filter(|stored| !value.changes(stored).is_empty());
        self.set_status(slot, Status::Detached);
        Ok((value, base))
    }

    /// Takes a detached value in without asking the database.
    pub(crate) fn attach(&mut self, value: E, base: Option<E>, now: u64) -> Result<u32> {
        let key = base.as_ref().unwrap_or(&value).key();
        let change = base.map(|base| Box::new(Change { base, links: Vec::new(), expressions: Vec::new() }));
        let edited = change.is_some();
        let row = Slot::Row(Row { value, status: Status::Stored, change });
        let slot = match self.slot_of(&key) {
            Some(slot)
                if matches!(self.slots.get(slot as usize), Some(Slot::Reference { leaving: false, .. })) =>
            {
                self.touch(slot)?;
                self.replace(slot, row);
                slot
            }
            Some(_) => return Err(Error::AlreadyManaged(RowName::new(E::meta(), &key))),
            None => self.push(row),
        };
        if edited {
            self.enlist(slot, now);
        }
        Ok(slot)
    }

    pub(crate) fn reference(&mut self, key: E::Key) -> Result<u32> {
        if let Some(slot) = self.index.live(&self.slots, &key) {
            return Ok(slot);
        }
        match self.index.leaving(&self.slots, &key) {
            Some(slot) => Err(Error::Removed(self.name_of(slot))),
            None => Ok(self.push(Slot::Reference { key, leaving: false })),
        }
    }

    // -- the end of a flush --------------------------------------------------------------------------------------

    /// The flush went through: what was pending is in the database.
    pub(crate) fn accept(&mut self) {
        let everything = ColumnSet::first(E::meta().columns.len());
        let is_nested = !self.frames.is_empty();
        self.twins.clear();
        for slot in std::mem::take(&mut self.pending) {
            let Some(content) = self.slots.get_mut(slot as usize) else { continue };
            let mut written = ColumnSet::EMPTY;
            match content {
                Slot::Draft(draft) if draft.written.is_some() => {
                    // Neither a draft nor what is left of it is in the index.
                    if let Slot::Draft(draft) = std::mem::replace(content, Slot::Forgotten)
                        && let Some(row) = draft.into_row()
                    {
                        *content = Slot::stored(row);
                        self.index.enter(&self.slots, slot);
                    }
                }
                Slot::Row(row) => {
                    if is_nested {
                        written = match row.status {
                            Status::Stored => row.edited(),
                            Status::Unwritten | Status::Leaving => everything,
                            Status::Withdrawn | Status::Deleted | Status::Detached => ColumnSet::EMPTY,
                        };
                    }
                    row.change = None;
                    match row.status {
                        Status::Unwritten => row.status = Status::Stored,
                        Status::Leaving => self.set_status(slot, Status::Deleted),
                        _ => {}
                    }
                }
                Slot::Reference { leaving: true, .. } => {
                    written = everything;
                    self.replace(slot, Slot::Forgotten);
                }
                _ => {}
            }
            if is_nested {
                self.note_written(slot, written);
            }
        }
    }

    /// Gives up everything that is pending: edits go back, drafts are forgotten, removals are cancelled.
    pub(crate) fn discard(&mut self) {
        self.twins.clear();
        for slot in std::mem::take(&mut self.pending) {
            match self.slots.get_mut(slot as usize) {
                Some(Slot::Draft(_)) => {
                    self.replace(slot, Slot::Forgotten);
                }
                Some(Slot::Row(row)) => {
                    if let Some(change) = row.change.take() {
                        row.value = change.base;
                    }
                    match row.status {
                        Status::Leaving => self.set_status(slot, Status::Stored),
                        Status::Unwritten => self.set_status(slot, Status::Withdrawn),
                        _ => {}
                    }
                }
                Some(Slot::Reference { leaving, .. }) if *leaving => {
                    if let Some(key) =
                        self.slots.get(slot as usize).and_then(|slot| slot.with_key(Clone::clone))
                    {
                        self.replace(slot, Slot::Reference { key, leaving: false });
                    }
                }
                _ => {}
            }
        }
    }

    // -- links ---------------------------------------------------------------------------------------------------

    /// Whether the slot can be linked to now, and its key if it has one.
    pub(crate) fn link_target(&self, slot: u32) -> Result<Option<E::Key>> {
        match self.slots.get(slot as usize) {
            Some(Slot::Draft(_)) if self.is_outside(slot) => Err(Self::pending_outside()),
            Some(Slot::Draft(_)) => Ok(None),
            Some(Slot::Row(row)) if row.status == Status::Unwritten && self.is_outside(slot) => {
                Err(Self::pending_outside())
            }
            Some(Slot::Row(row)) => match row.status {
                Status::Stored => Ok(Some(row.base().key())),
                // Not in the database yet: the flush has to know, to write it first.
                Status::Unwritten => Ok(None),
                Status::Leaving | Status::Withdrawn | Status::Deleted => {
                    Err(Error::Removed(self.name_of(slot)))
                }
                Status::Detached => Err(Error::Detached(self.name_of(slot))),
            },
            Some(Slot::Reference { key, leaving: false }) => Ok(Some(key.clone())),
            Some(Slot::Reference { .. }) => Err(Error::Removed(self.name_of(slot))),
            Some(Slot::Forgotten) | None => Err(Error::Forgotten { entity: E::meta().name }),
        }
    }

    /// Points a relation of a row at a slot that has no key yet.
    pub(crate) fn link_row(&mut self, slot: u32, link: PendingLink, now: u64) -> Result<()> {
        let change = self.edit(slot, now)?.change();
        change.links.retain(|other| other.relation != link.relation);
        change.links.push(link);
        Ok(())
    }

    /// Points a relation of a row at a key, or at nothing.
    pub(crate) fn set_row_reference(
        &mut self,
        slot: u32,
        relation: usize,
        key: Option<&dyn std::any::Any>,
        now: u64,
    ) -> Result<()> {
        let row = self.edit(slot, now)?;
        if let Some(change) = &mut row.change {
            change.links.retain(|other| other.relation != relation);
        }
        row.value.set_reference(relation, key);
        Ok(())
    }

    /// Points a relation of a draft at a slot of the session, at a key, or at nothing.
    pub(crate) fn link_draft(&mut self, slot: u32, relation: usize, target: DraftTarget<'_>) -> Result<()> {
        let draft = self.draft_mut(slot)?;
        draft.links.retain(|other| other.relation != relation);
        match target {
            DraftTarget::Slot(target, slot) => {
                draft.links.push(PendingLink { relation, target, slot, keyed: false })
            }
            DraftTarget::Key(key) => {
                draft.record.set_reference(relation, Some(key));
            }
            DraftTarget::Nothing => {
                draft.record.set_reference(relation, None);
            }
        }
        Ok(())
    }

    pub(crate) fn add_expression(&mut self, slot: u32, expression: Expression<B>, now: u64) -> Result<()> {
        let row = self.edit(slot, now)?;
        if row.status == Status::Unwritten {
            return Err(Error::NotWritten { entity: E::meta().name });
        }
        let change = row.change();
        change.expressions.retain(|other| other.column != expression.column);
        change.expressions.push(expression);
        Ok(())
    }
}

/// Where a draft's relation is to lead.
pub enum DraftTarget<'a> {
    Slot(TypeId, u32),
    Key(&'a dyn std::any::Any),
    Nothing,
}

/// What the identity map says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is in memory.
    Row(u32),
    /// It is known by its key alone.
    Unloaded,
    /// Its deletion is scheduled.
    Leaving,
    /// Nothing.
    Unknown,
}

fn not_a_draft<E: Model, B: Backend>(slot: Option<&Slot<E, B>>) -> Error {
    let entity = E::meta().name;
    match slot {
        Some(Slot::Row(_)) => Error::AlreadyWritten { entity },
        _ => Error::Forgotten { entity },
    }
}

/// What `before` would have been had the flush happened outside: the columns written are in it, and no edit of them.
fn written_under<E: Model, B: Backend>(
    before: Slot<E, B>,
    inside: &Slot<E, B>,
    columns: ColumnSet,
) -> Slot<E, B> {
    match (before, inside) {
        (Slot::Row(mut before), Slot::Row(inside)) if inside.status == Status::Stored => {
            before.value.copy_columns(&inside.value, columns);
            if let Some(change) = &mut before.change {
                change.base.copy_columns(&inside.value, columns);
            }
            Slot::Row(before)
        }
        _ => inside.clone(),
    }
}
