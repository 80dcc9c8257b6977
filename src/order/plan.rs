//! The output of planning: steps that a flush executes one after the other.

use super::WriteId;
use crate::entity::{ColumnSet, EntityMeta};

/// What a flush does, step by step. Each step is one statement, or several where a limit or the backend's best shape
/// asks for it.
#[derive(Debug, Default)]
pub struct Plan {
    pub(crate) steps: Vec<Step>,
}

/// Rows of one entity that are written alike.
#[derive(Debug)]
pub struct Step {
    /// Of which entity.
    pub entity: &'static EntityMeta,
    /// What happens to the rows.
    pub action: Action,
    /// The columns that are written; empty for a DELETE.
    pub columns: ColumnSet,
    /// Those of `columns` that are written as NULL for now; a later step gives them their values.
    pub postponed: ColumnSet,
    /// The rows.
    pub rows: Vec<WriteId>,
}

/// What a step does to its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// INSERT.
    Insert,
    /// UPDATE that checks the row's version and moves it on.
    Update,
    /// UPDATE of a row that this flush has already written: its version has been checked and moved on.
    Complete,
    /// DELETE.
    Delete,
}
