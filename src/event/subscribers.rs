//! The subscribers of an `Orm`, without the types of their entities.

use std::any::TypeId;

use hashbrown::HashMap;

use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::order::WriteKind;
use crate::session::{Core, FlushPlan};

pub(crate) type OfRow<B> = Box<dyn Fn(&mut Core<B>, u32) -> Result<()> + Send + Sync>;
pub(crate) type OfFlush<B> = Box<dyn Fn(&mut Core<B>) -> Result<()> + Send + Sync>;
type OfPlan<B> = Box<dyn Fn(&mut Core<B>, &FlushPlan) -> Result<()> + Send + Sync>;
type OfEnd<B> = Box<dyn Fn(&mut Core<B>) + Send + Sync>;

/// What happens, or has happened, to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RowEvent {
    BeforeCreate,
    BeforeUpdate,
    BeforeRemove,
    AfterCreate,
    AfterUpdate,
    AfterRemove,
}

impl RowEvent {
    pub(crate) const fn before(kind: WriteKind) -> Option<Self> {
        match kind {
            WriteKind::Insert => Some(Self::BeforeCreate),
            WriteKind::Update => Some(Self::BeforeUpdate),
            WriteKind::Delete => Some(Self::BeforeRemove),
            WriteKind::Expect => None,
        }
    }

    pub(crate) const fn after(kind: WriteKind) -> Option<Self> {
        match kind {
            WriteKind::Insert => Some(Self::AfterCreate),
            WriteKind::Update => Some(Self::AfterUpdate),
            WriteKind::Delete => Some(Self::AfterRemove),
            WriteKind::Expect => None,
        }
    }
}

/// The subscribers of an `Orm`.
pub(crate) struct Subscribers<B: Backend> {
    of_rows: HashMap<(TypeId, RowEvent), Vec<OfRow<B>>>,
    pub(crate) before_flush: Vec<OfFlush<B>>,
    pub(crate) on_flush: Vec<OfPlan<B>>,
    pub(crate) after_flush: Vec<OfFlush<B>>,
    pub(crate) before_commit: Vec<OfFlush<B>>,
    pub(crate) after_commit: Vec<OfEnd<B>>,
    pub(crate) after_rollback: Vec<OfEnd<B>>,
}

impl<B: Backend> Subscribers<B> {
    pub(crate) fn new() -> Self {
        Self {
            of_rows: HashMap::new(),
            before_flush: Vec::new(),
            on_flush: Vec::new(),
            after_flush: Vec::new(),
            before_commit: Vec::new(),
            after_commit: Vec::new(),
            after_rollback: Vec::new(),
        }
    }

    pub(super) fn add<E: 'static>(
        &mut self,
        event: RowEvent,
        call: impl Fn(&mut Core<B>, u32) -> Result<()> + Send + Sync + 'static,
    ) {
        self.of_rows.entry((TypeId::of::<E>(), event)).or_default().push(Box::new(call));
    }

    pub(crate) fn of_row(&self, entity: TypeId, event: Option<RowEvent>) -> &[OfRow<B>] {
        event.and_then(|event| self.of_rows.get(&(entity, event))).map_or(&[], Vec::as_slice)
    }

    /// Whether anybody wants to be called for removed rows of this entity.
    pub(crate) fn sees_removals(&self, entity: TypeId) -> bool {
        [RowEvent::BeforeRemove, RowEvent::AfterRemove]
            .into_iter()
            .any(|event| !self.of_row(entity, Some(event)).is_empty())
    }
}

/// A veto as the flush returns it.
pub(super) fn refused(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(source) => Error::Vetoed { source },
    }
}
