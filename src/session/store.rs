//! The rows of one entity without its type: an arena, and the writer of its statements.

use std::any::{Any, TypeId};

use crate::backend::Backend;
use crate::change::Pending;
use crate::database::Database;
use crate::entity::{ColumnSet, Entity, EntityMeta, PendingLink, UniqueKey};
use crate::error::{Error, Result, RowName, UnflushedEntity};
use crate::identity::{Arena, FrameKind, Slot, Status};
use crate::order::{Action, Side, WriteKind};
use crate::statement::{Assignment, Missing, Suspicion, Writer, table_name};
use crate::stop::Stop;

use super::table_name::TableName;

/// An arena, and the writer of its statements.
pub(crate) struct EntityStore<E: Entity<B>, B: Backend> {
    pub(crate) arena: Arena<E, B>,
    pub(crate) writer: Writer<E, B>,
    /// The table's name as it may stand in a query, once it was needed.
    table: Option<TableName>,
}

impl<E: Entity<B>, B: Backend> EntityStore<E, B> {
    pub(crate) fn new(frames: &[FrameKind], database: Database<B>, stop: Stop) -> Self {
        Self { arena: Arena::new(frames), writer: Writer::new(database, stop), table: None }
    }

    /// The row of that key as it is now, with one SELECT. One that this transaction holds a lock on may be older in a plain
    /// one.
    pub(crate) fn load_now(&mut self, connection: &mut B::Connection, key: &E::Key) -> Result<Option<E>> {
        if !self.arena.slot_of(key).is_some_and(|slot| self.arena.is_held(slot)) {
            return self.writer.load_by_key(connection, key);
        }
        let mut found = None;
        self.writer.load_shared(connection, std::slice::from_ref(key), &mut |row| found = Some(row))?;
        Ok(found)
    }

    /// Reads rows anew that this transaction holds a lock on, where a plain SELECT showed another state of them.
    pub(crate) fn catch_up(&mut self, connection: &mut B::Connection) -> Result<()> {
        let behind = self.arena.take_behind();
        if behind.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(behind.len());
        self.writer.load_shared(connection, &behind, &mut |row| rows.push(row))?;
        rows.into_iter().try_for_each(|row| self.arena.take_in_newest(row).map(drop))
    }
}

/// The rows to which one step of a plan applies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) action: Action,
    pub(crate) columns: ColumnSet,
    pub(crate) postponed: ColumnSet,
    /// What it means that a row to delete is not there.
    pub(crate) missing: Missing,
    pub(crate) slots: &'a [u32],
}

/// The rows of one entity, whichever it is.
pub(crate) trait Store<B: Backend>: Any {
    fn meta(&self) -> &'static EntityMeta;
    fn name_of(&self, slot: u32) -> RowName;

    fn open_frame(&mut self, kind: FrameKind);
    fn close_frame(&mut self);
    fn undo_frame(&mut self);
    fn open_checkpoint(&mut self);
    fn drop_checkpoint(&mut self);
    fn restore_checkpoint(&mut self);
    fn discard(&mut self);

    fn has_pending(&self) -> bool;
    fn first_pending(&self) -> u64;
    fn has_tracked_changes(&self) -> bool;
    fn unflushed(&self) -> Option<UnflushedEntity>;
    /// Whether the text of a query, in small letters, names this entity's table.
    fn occurs_in(&mut self, sql: &str) -> bool;

    fn gather(&self) -> Result<Pending>;
    /// What the next flush does to a row.
    fn kind_of(&self, slot: u32) -> Option<WriteKind>;
    /// Whether rows are to be removed that are known by their keys alone.
    fn has_leaving_references(&self) -> bool;
    /// Loads them.
    fn load_leaving(&mut self, connection: &mut B::Connection) -> Result<()>;
    fn links(&self, slot: u32) -> &[PendingLink];
    fn visit_references(
        &self,
        slot: u32,
        side: Side,
        columns: ColumnSet,
        visit: &mut dyn FnMut(usize, TypeId, &dyn Any),
    );
    fn unique_value(&self, slot: u32, side: Side, set: usize) -> Option<UniqueKey>;
    /// The primary key, known or to be, as a value to compare.
    fn key_value(&self, slot: u32) -> Option<UniqueKey>;
    /// The row of that key that is in the database before the flush, or after it.
    fn slot_of(&self, key: &dyn Any, side: Side) -> Option<u32>;
    /// Whether a row is on its way out, or gone.
    fn is_leaving(&self, slot: u32) -> bool;
    /// Whether a row may be linked to now.
    fn check_target(&self, slot: u32) -> Result<()>;
    /// Calls `f` with the key of a row, if it has one by now.
    fn with_key(&self, slot: u32, f: &mut dyn FnMut(&dyn Any)) -> bool;

    /// The key of a row, copied, if it has one by now.
    fn clone_key(&self, slot: u32, key: &mut Option<Box<dyn Any>>);
    /// The key of a draft that is not written, copied, if it has all parts.
    fn clone_draft_key(&self, slot: u32) -> Option<Box<dyn Any>>;
    /// The row as a plan shows it: its key, or its place among the drafts.
    fn label(&self, slot: u32) -> Box<str>;

    /// Makes a relation of a row refer to a key, or for now to nothing, in a step that writes `columns` of it.
    fn resolve(
        &mut self,
        slot: u32,
        relation: usize,
        key: Option<&dyn Any>,
        columns: ColumnSet,
    ) -> Result<()>;
    /// Whether a relation of a row refers to that key by now.
    fn refers_to(&self, slot: u32, relation: usize, key: &dyn Any) -> bool;
    /// Finds out how the database makes the keys of so many rows, unless that is known.
    fn learn_keys(&mut self, connection: &mut B::Connection, rows: usize) -> Result<()>;
    /// How many statements a batch takes, and whether each is undone as a whole when it fails.
    fn cost(&self, batch: &Batch<'_>) -> Cost;
    fn execute(&mut self, connection: &mut B::Connection, batch: &Batch<'_>) -> Result<()>;
    fn accept(&mut self);
    fn abandon(&mut self);
    /// Looks for the row that a statement did not find, after the rollback, if it was one of this entity's.
    fn look_again(&mut self, connection: &mut B::Connection) -> Result<Option<Suspicion>>;
}

/// What a batch asks of the transaction around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// How many statements it takes.
    pub(crate) statements: usize,
    /// Whether what a statement did can turn out wrong after it succeeded: a row is missing, a key is not known.
    pub(crate) is_checked: bool,
}

impl<E: Entity<B>, B: Backend> Store<B> for EntityStore<E, B> {
    fn meta(&self) -> &'static EntityMeta {
        E::meta()
    }

    fn name_of(&self, slot: u32) -> RowName {
        self.arena.name_of(slot)
    }

    fn open_frame(&mut self, kind: FrameKind) {
        self.arena.open_frame(kind);
    }

    fn close_frame(&mut self) {
        self.arena.close_frame();
    }

    fn undo_frame(&mut self) {
        self.arena.undo_frame();
    }

    fn open_checkpoint(&mut self) {
        self.arena.open_checkpoint();
    }

    fn drop_checkpoint(&mut self) {
        self.arena.drop_checkpoint();
    }

    fn restore_checkpoint(&mut self) {
        self.arena.restore_checkpoint();
    }

    fn discard(&mut self) {
        self.arena.discard();
    }

    fn has_pending(&self) -> bool {
        !self.arena.pending().is_empty()
    }

    fn first_pending(&self) -> u64 {
        self.arena.first_pending()
    }

    fn has_tracked_changes(&self) -> bool {
        self.arena.has_tracked_changes()
    }

    fn unflushed(&self) -> Option<UnflushedEntity> {
        self.arena.unflushed()
    }

    fn occurs_in(&mut self, sql: &str) -> bool {
        if self.table.is_none() {
            self.table = table_name::<E, B>().ok().map(|quoted| TableName::of(&quoted));
        }
        // A name that cannot be written occurs everywhere: one flush too many, never one too few.
        self.table.as_ref().is_none_or(|table| table.occurs_in(sql))
    }

    fn gather(&self) -> Result<Pending> {
        self.arena.gather()
    }

    fn kind_of(&self, slot: u32) -> Option<WriteKind> {
        self.arena.kind_of(slot)
    }

    fn has_leaving_references(&self) -> bool {
        !self.arena.leaving_references().is_empty()
    }

    fn load_leaving(&mut self, connection: &mut B::Connection) -> Result<()> {
        let keys = self.arena.leaving_references();
        let mut rows = Vec::with_capacity(keys.len());
        self.writer.load_by_keys(connection, &keys, &mut |row| rows.push(row))?;
        rows.into_iter().for_each(|row| self.arena.take_in_leaving(row));
        // What is not there is stale, as it would be in the DELETE.
        match self.arena.leaving_references().first() {
            Some(key) => Err(Error::Stale(RowName::new(E::meta(), key))),
            None => Ok(()),
        }
    }

    fn links(&self, slot: u32) -> &[PendingLink] {
        self.arena.links(slot)
    }

    fn visit_references(
        &self,
        slot: u32,
        side: Side,
        columns: ColumnSet,
        visit: &mut dyn FnMut(usize, TypeId, &dyn Any),
    ) {
        self.arena.visit_references(slot, side, columns, visit);
    }

    fn unique_value(&self, slot: u32, side: Side, set: usize) -> Option<UniqueKey> {
        self.arena.unique_value(slot, side, set)
    }

    fn key_value(&self, slot: u32) -> Option<UniqueKey> {
        self.arena.key_value(slot)
    }

    fn slot_of(&self, key: &dyn Any, side: Side) -> Option<u32> {
        let key = key.downcast_ref()?;
        match side {
            // A key that is removed and persisted anew is that of two rows.
            Side::Before => self.arena.leaving(key).or_else(|| self.arena.slot_of(key)),
            Side::After => self.arena.slot_of(key),
        }
    }

    fn is_leaving(&self, slot: u32) -> bool {
        match self.arena.slot(slot) {
            Some(Slot::Row(row)) => !matches!(row.status, Status::Stored | Status::Unwritten),
            Some(Slot::Reference { leaving, .. }) => *leaving,
            Some(Slot::Draft(_)) => false,
            Some(Slot::Forgotten) | None => true,
        }
    }

    fn check_target(&self, slot: u32) -> Result<()> {
        self.arena.link_target(slot).map(|_| ())
    }

    fn with_key(&self, slot: u32, f: &mut dyn FnMut(&dyn Any)) -> bool {
        self.arena.slot(slot).and_then(|slot| slot.with_key(|key| f(key))).is_some()
    }

    fn clone_key(&self, slot: u32, key: &mut Option<Box<dyn Any>>) {
        if let Some(slot) = self.arena.slot(slot) {
            *key = slot.with_key(|key| Box::new(key.clone()) as Box<dyn Any>);
        }
    }

    fn clone_draft_key(&self, slot: u32) -> Option<Box<dyn Any>> {
        self.arena.key_of(slot).map(|key| Box::new(key) as Box<dyn Any>)
    }

    fn label(&self, slot: u32) -> Box<str> {
        match self.arena.key_of(slot) {
            Some(key) => format!("{key:?}").into(),
            None => format!("new {slot}").into(),
        }
    }

    fn resolve(
        &mut self,
        slot: u32,
        relation: usize,
        key: Option<&dyn Any>,
        columns: ColumnSet,
    ) -> Result<()> {
        self.writer.resolve(&mut self.arena, slot, relation, key, columns)
    }

    fn refers_to(&self, slot: u32, relation: usize, key: &dyn Any) -> bool {
        let row = self.arena.planned(slot);
        row.is_some_and(|row| crate::entity::refers_to(E::meta(), row, relation, key))
    }

    fn learn_keys(&mut self, connection: &mut B::Connection, rows: usize) -> Result<()> {
        self.writer.learn_keys(connection, rows)
    }

    fn cost(&self, batch: &Batch<'_>) -> Cost {
        let Self { arena, writer, .. } = self;
        let Batch { action, columns, postponed, slots, .. } = *batch;
        let rows = slots.len();
        let (statements, is_checked) = match action {
            Action::Insert => {
                let is_checked = !E::meta().returned().is_empty() || writer.may_split();
                (writer.insert_statements(rows, columns, postponed), is_checked)
            }
            Action::Delete => (writer.delete_statements(rows), true),
            Action::Park => (rows, true),
            Action::Update | Action::Release | Action::Complete => {
                (writer.update_statements(arena, slots, Assignment::of::<E>(batch)), true)
            }
            Action::Expect => (writer.load_statements(rows), false),
        };
        Cost { statements, is_checked: is_checked && rows > 1 }
    }

    fn execute(&mut self, connection: &mut B::Connection, batch: &Batch<'_>) -> Result<()> {
        let Self { arena, writer, .. } = self;
        let Batch { action, columns, postponed, missing, slots } = *batch;
        match action {
            Action::Insert => writer.insert(connection, arena, slots, columns, postponed),
            Action::Delete => writer.delete(connection, arena, slots, missing),
            Action::Park => writer.park(connection, arena, slots, columns),
            Action::Update | Action::Release | Action::Complete => {
                writer.update(connection, arena, slots, Assignment::of::<E>(batch))
            }
            Action::Expect => writer.expect(connection, arena, slots),
        }
    }

    fn accept(&mut self) {
        self.writer.accept(&mut self.arena);
    }

    fn abandon(&mut self) {
        self.writer.abandon(&mut self.arena);
    }

    fn look_again(&mut self, connection: &mut B::Connection) -> Result<Option<Suspicion>> {
        self.writer.look_again(connection, &self.arena)
    }
}
