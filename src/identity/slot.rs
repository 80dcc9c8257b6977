//! A slot: one row of a session, or what is to become one.

use std::sync::Arc;

use diesel::query_builder::QueryFragment;

use crate::backend::Backend;
use crate::entity::{ColumnSet, Model, PendingLink, Record, RelationMeta};

/// One row of a session, or what is to become one.
#[derive(Clone)]
pub(crate) enum Slot<E: Model, B: Backend> {
    /// Accepted by `persist`, not written, and columns are still missing.
    Draft(Box<Draft<E>>),
    /// A value that can be read.
    Row(Row<E, B>),
    /// Known by its key alone. `leaving` when its deletion is scheduled.
    Reference { key: E::Key, leaving: bool },
    /// A draft that was given up.
    Forgotten,
}

/// A draft that waits for its row.
#[derive(Clone)]
pub(crate) struct Draft<E: Model> {
    pub(crate) record: E::Record,
    /// Relations to rows of this session; they outrank what the record says.
    pub(crate) links: Vec<PendingLink>,
    /// Set once the INSERT went through and while the flush may still fail.
    pub(crate) written: Option<Written<E>>,
}

/// A draft whose INSERT went through.
#[derive(Clone)]
pub(crate) enum Written<E: Model> {
    /// What the database gave back. The record stays as it is, so that it need not be copied to be put back.
    Returned(Option<E::Returned>),
    /// The row, where a later step of the same flush completes it.
    Row(E),
}

impl<E: Model> Draft<E> {
    /// The key of the row, once it is written.
    fn written_key(&self) -> Option<E::Key> {
        match self.written.as_ref()? {
            Written::Returned(returned) => {
                returned.as_ref().and_then(E::returned_key).or_else(|| self.record.key())
            }
            Written::Row(row) => Some(row.key()),
        }
    }

    /// The row, once it is written.
    ///
    /// An INSERT has bound every column of the record by then, so none is missing.
    pub(crate) fn into_row(self) -> Option<E> {
        match self.written? {
            Written::Returned(returned) => self.record.complete(returned),
            Written::Row(row) => Some(row),
        }
    }
}

/// A value that can be read.
#[derive(Clone)]
pub(crate) struct Row<E: Model, B: Backend> {
    pub(crate) value: E,
    pub(crate) status: Status,
    /// What was edited since the last flush; `None` costs a loaded row one word.
    pub(crate) change: Option<Box<Change<E, B>>>,
}

/// The edits of a row.
#[derive(Clone)]
pub(crate) struct Change<E: Model, B: Backend> {
    /// The value before the first edit.
    pub(crate) base: E,
    /// Relations set to rows that may have no key yet.
    pub(crate) links: Vec<PendingLink>,
    /// Columns that the database computes in the UPDATE.
    pub(crate) expressions: Vec<Expression<B>>,
    /// What the next flush does with the version where nothing else makes it do so.
    pub(crate) guard: Guard,
}

/// What a flush does with the version of a row that no versioned column of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Guard {
    /// Nothing.
    #[default]
    None,
    /// Compares it.
    Expect,
    /// Compares it and moves it on.
    Increment,
}

impl<E: Model, B: Backend> Change<E, B> {
    pub(crate) const fn new(base: E) -> Self {
        Self { base, links: Vec::new(), expressions: Vec::new(), guard: Guard::None }
    }

    /// Whether something waits that the value alone does not show.
    pub(crate) const fn is_beyond_value(&self) -> bool {
        !self.links.is_empty() || !self.expressions.is_empty() || !matches!(self.guard, Guard::None)
    }
}

/// `column = expression`, computed by the database.
pub(crate) struct Expression<B: Backend> {
    pub(crate) column: usize,
    pub(crate) sql: Arc<dyn QueryFragment<B::Diesel>>,
}

impl<B: Backend> Clone for Expression<B> {
    fn clone(&self) -> Self {
        Self { column: self.column, sql: Arc::clone(&self.sql) }
    }
}

/// Where a row stands between memory and database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// In the database, as far as this session knows.
    Stored,
    /// A full value whose INSERT is pending.
    Unwritten,
    /// Its DELETE is pending.
    Leaving,
    /// A full value that was removed before its INSERT: nothing is pending.
    Withdrawn,
    /// Deleted by a flush.
    Deleted,
    /// Left the session.
    Detached,
}

/// In which of the two indexes a slot is found by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indexed {
    /// `find` gives it.
    Live,
    /// `find` says that there is none: its deletion is scheduled.
    Leaving,
    /// It has no key, or no longer stands for it.
    No,
}

impl<E: Model, B: Backend> Slot<E, B> {
    pub(crate) const fn stored(value: E) -> Self {
        Self::Row(Row { value, status: Status::Stored, change: None })
    }

    pub(crate) fn indexed(&self) -> Indexed {
        match self {
            Self::Row(row) => match row.status {
                Status::Stored | Status::Unwritten => Indexed::Live,
                Status::Leaving => Indexed::Leaving,
                Status::Withdrawn | Status::Deleted | Status::Detached => Indexed::No,
            },
            Self::Reference { leaving: false, .. } => Indexed::Live,
            Self::Reference { leaving: true, .. } => Indexed::Leaving,
            Self::Draft(_) | Self::Forgotten => Indexed::No,
        }
    }

    /// Calls `f` with the key under which the slot is known; an edit of the key field does not change it.
    pub(crate) fn with_key<R>(&self, f: impl FnOnce(&E::Key) -> R) -> Option<R> {
        match self {
            Self::Row(row) => Some(row.base().with_key(f)),
            Self::Reference { key, .. } => Some(f(key)),
            Self::Draft(draft) => draft.written_key().as_ref().map(f),
            Self::Forgotten => None,
        }
    }

    pub(crate) const fn row(&self) -> Option<&Row<E, B>> {
        match self {
            Self::Row(row) => Some(row),
            _ => None,
        }
    }
}

impl<E: Model, B: Backend> Row<E, B> {
    /// The value as it was before the edits that are pending.
    pub(crate) fn base(&self) -> &E {
        self.change.as_ref().map_or(&self.value, |change| &change.base)
    }

    /// The columns whose values were edited, relations to unwritten rows and computed columns aside.
    pub(crate) fn edited(&self) -> ColumnSet {
        self.change.as_ref().map_or(ColumnSet::EMPTY, |change| self.value.changes(&change.base))
    }

    /// All columns that the caller has the next UPDATE set.
    pub(crate) fn set(&self) -> ColumnSet {
        let mut columns = self.edited();
        if let Some(change) = &self.change {
            for link in &change.links {
                let linked = relation_columns::<E>(link.relation);
                // A key column that the relation has beside others is one that the target has to have as well.
                let settable = linked.without(E::meta().key_columns());
                columns |= if settable.is_empty() { linked } else { settable };
            }
            columns |= change.expressions.iter().map(|e| e.column).collect();
        }
        columns
    }

    /// What the next flush needs to be as it is known: the columns that it sets, and a version that it is to compare.
    pub(crate) fn changed(&self) -> ColumnSet {
        let version = E::meta().version.filter(|_| self.guard() != Guard::None);
        self.set() | version.into_iter().collect()
    }

    pub(crate) fn guard(&self) -> Guard {
        self.change.as_ref().map_or(Guard::None, |change| change.guard)
    }

    /// The edits, with a snapshot taken if this is the first.
    pub(crate) fn change(&mut self) -> &mut Change<E, B> {
        self.change.get_or_insert_with(|| Box::new(Change::new(self.value.clone())))
    }
}

/// The columns of a relation; none for a number that the entity does not have.
pub(crate) fn relation_columns<E: Model>(relation: usize) -> ColumnSet {
    E::meta().relations.get(relation).map_or(ColumnSet::EMPTY, RelationMeta::column_set)
}
