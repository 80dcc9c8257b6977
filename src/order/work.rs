//! The input of planning: pending writes and what constrains their order, without a single value.

use crate::entity::{ColumnSet, EntityMeta};

/// A pending write, by its place in [`Work::writes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId(pub u32);

/// What a flush has to do, in no particular order of entities.
///
/// Writes of one entity and kind come in the order that breaks ties: registration for inserts, key order for updates
/// and deletes.
#[derive(Debug, Default)]
pub struct Work {
    /// The rows to write.
    pub writes: Vec<Write>,
    /// Rows among them that refer to each other.
    pub references: Vec<Reference>,
    /// Unique values that rows among them give up or take. Only values that change are listed.
    pub uniques: Vec<UniqueUse>,
    /// Whether a relation that is declared deferred is.
    pub defers_references: bool,
    /// Whether a unique set that is declared deferred is.
    pub defers_uniques: bool,
    /// Whether a row that refers to itself has to let go of itself before it can be deleted.
    pub holds_itself: bool,
}

impl Work {
    /// The write of that number.
    #[expect(clippy::indexing_slicing, reason = "a `WriteId` is the number of a write of this work")]
    pub(super) fn write(&self, id: WriteId) -> &Write {
        &self.writes[id.0 as usize]
    }
}

/// One row to write.
#[derive(Debug)]
pub struct Write {
    /// Of which entity.
    pub entity: &'static EntityMeta,
    /// What happens to the row.
    pub kind: WriteKind,
    /// The columns that an INSERT names or an UPDATE sets; empty for a row that is deleted or looked at.
    pub columns: ColumnSet,
    /// The row's key, for a plan that is shown; `None` when nobody will read it or the row has no key yet.
    pub label: Option<Box<str>>,
}

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WriteKind {
    /// It comes to exist.
    Insert,
    /// Columns of it change.
    Update,
    /// It ceases to exist.
    Delete,
    /// Nothing, but it has to be as it is known.
    Expect,
}

/// A foreign key between two rows that are both written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The row that holds the foreign key.
    pub from: WriteId,
    /// The number of the relation among [`EntityMeta::relations`] of its entity.
    pub relation: usize,
    /// The row that is referred to.
    pub to: WriteId,
    /// Whether the foreign key is about to refer to the row, or still does in the database.
    pub side: Side,
}

/// On which side of the flush a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// In the database before the flush: an UPDATE or DELETE gives the value up.
    Before,
    /// In the database after the flush: an INSERT or UPDATE takes the value.
    After,
}

/// A unique value that a row gives up ([`Side::Before`]) or takes ([`Side::After`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniqueUse {
    /// The row.
    pub write: WriteId,
    /// The unique set among [`EntityMeta::uniques`], or `None` for the primary key.
    pub set: Option<usize>,
    /// A number for the value: equal numbers are equal values of one set of one entity.
    pub value: u32,
    /// Whether the row gives it up or takes it.
    pub side: Side,
}
