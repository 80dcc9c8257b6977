//! The output of planning: steps that a flush executes one after the other.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::split::{Part, Split, Splits};
use super::{Cause, Work, WriteId, edges, split};
use crate::entity::{ColumnSet, EntityMeta};

/// What a flush does, step by step. Each step is one statement, or several where a limit or the backend's best shape
/// asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub(crate) steps: Vec<Step>,
}

/// Rows of one entity that are written alike.
#[derive(Clone, Debug)]
pub struct Step {
    /// Of which entity.
    pub entity: &'static EntityMeta,
    /// What happens to the rows.
    pub action: Action,
    /// The columns that are written; none for a row that is deleted or looked at.
    pub columns: ColumnSet,
    /// Those of `columns` that are written as NULL for now; a later step gives them their values.
    pub postponed: ColumnSet,
    /// The rows, in the order of the work.
    pub rows: Vec<WriteId>,
}

/// What a step does to its rows. Where nothing else decides, steps run in the order of these variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// SELECT that compares the row's version, and keeps it until the transaction ends.
    Expect,
    /// UPDATE that sets the step's columns to NULL in rows that a later step updates or deletes: the version is
    /// neither checked nor moved on, for that later step does both. All columns of the step are `postponed`.
    Release,
    /// UPDATE that gives the step's columns a placeholder, in rows that a later step updates or deletes. Afterwards
    /// no unique set that holds one of the columns may be equal to that of another row, written or not. The version is
    /// neither checked nor moved on.
    Park,
    /// INSERT.
    Insert,
    /// UPDATE that checks the row's version and moves it on, where a column of it counts for the version. The version is among
    /// the columns where it is moved on by itself.
    Update,
    /// UPDATE of a row that this flush has already written: its version has been checked and moved on.
    Complete,
    /// DELETE.
    Delete,
}

/// One step has to run before another, and why.
#[derive(Clone, Copy, Debug)]
pub struct StepEdge {
    /// The number of the step that goes first, from 0.
    pub before: usize,
    /// The number of the step that waits, from 0.
    pub after: usize,
    /// Why it waits.
    pub cause: Cause,
    /// The entity that the relation or unique set of the cause belongs to.
    pub entity: &'static EntityMeta,
}

impl Plan {
    /// The steps, in the order they run in.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether anything is written.
    pub(crate) fn writes(&self) -> bool {
        self.steps.iter().any(|step| step.action != Action::Expect)
    }

    /// How many rows are deleted.
    pub(crate) fn deletes(&self) -> usize {
        self.steps.iter().filter(|step| step.action == Action::Delete).map(|step| step.rows.len()).sum()
    }

    /// Whether a row to delete may be gone before its turn, taken along by the database with another that went first: as
    /// far as relations tell, the one may refer to the other. Where they tell more, it went first itself.
    pub(crate) fn may_cascade(&self) -> bool {
        let deleted: Vec<_> =
            self.steps.iter().filter(|s| s.action == Action::Delete).map(|s| s.entity).collect();
        deleted.iter().enumerate().any(|(place, later)| {
            let known = |earlier: &EntityMeta| std::ptr::eq(earlier, *later) || earlier.depends_on(later);
            deleted.iter().take(place).any(|earlier| !known(earlier))
        })
    }

    /// The edges that ordered the steps, each pair of steps once per cause. `work` is what this plan was made from.
    #[must_use]
    pub fn edges(&self, work: &Work) -> Vec<StepEdge> {
        let mut step_of = HashMap::new();
        let mut splits = Splits::new();
        for (number, step) in self.steps.iter().enumerate() {
            for &row in &step.rows {
                step_of.insert((row, step.action), number);
                let split: &mut Split = match step.action {
                    Action::Release | Action::Park | Action::Complete => splits.entry(row).or_default(),
                    Action::Insert | Action::Update | Action::Delete | Action::Expect => continue,
                };
                match step.action {
                    Action::Release => split.released = step.columns,
                    Action::Park => split.parked = step.columns,
                    _ => split.postponed = step.columns,
                }
            }
        }
        let step = |row: WriteId, part: Part| step_of.get(&(row, Action::of(work, row, part))).copied();
        let mut found = BTreeMap::new();
        let mut add = |before, after, cause, entity: &'static EntityMeta| {
            if let (Some(before), Some(after)) = (before, after)
                && before != after
            {
                let edge = StepEdge { before, after, cause, entity };
                found.entry((before, after, cause, entity.name)).or_insert(edge);
            }
        };
        for edge in edges::collect(work) {
            let (before, after) = split::ends(work, &splits, &edge);
            let holder = match edge.cause {
                Cause::Referred { .. } => edge.before,
                _ => edge.after,
            };
            let entity = work.write(holder).entity;
            add(step(edge.before, before), step(edge.after, after), edge.cause, entity);
        }
        for &row in splits.keys() {
            let entity = work.write(row).entity;
            let main = step(row, Part::Main);
            add(step(row, Part::Release), main, Cause::SameRow, entity);
            add(step(row, Part::Park), main, Cause::SameRow, entity);
            add(main, step(row, Part::Complete), Cause::SameRow, entity);
        }
        found.into_values().collect()
    }
}

impl Action {
    /// What a part of a row's writing does.
    pub(super) fn of(work: &Work, row: WriteId, part: Part) -> Self {
        match part {
            Part::Release => Self::Release,
            Part::Park => Self::Park,
            Part::Main => work.write(row).kind.into(),
            Part::Complete => Self::Complete,
        }
    }
}

impl From<super::WriteKind> for Action {
    fn from(kind: super::WriteKind) -> Self {
        match kind {
            super::WriteKind::Insert => Self::Insert,
            super::WriteKind::Update => Self::Update,
            super::WriteKind::Delete => Self::Delete,
            super::WriteKind::Expect => Self::Expect,
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.entity, other.entity)
            && self.action == other.action
            && self.columns == other.columns
            && self.postponed == other.postponed
            && self.rows == other.rows
    }
}

impl Eq for Step {}
