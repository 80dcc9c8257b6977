//! Rows that are written in parts, which is how a cycle is broken.
//!
//! 1. Before its UPDATE or DELETE a row can *release* columns: set them to NULL. It gives foreign keys and unique
//!    values up early.
//! 2. Where a unique value cannot be NULL, it can *park* on a placeholder instead. Columns of a foreign key cannot: no
//!    row would match.
//! 3. An INSERT or UPDATE can *postpone* columns: write them as NULL and complete them later. It takes foreign keys
//!    and unique values late.
//! 4. A key column is never split, nor one the database makes. A column that an UPDATE does not set is not split
//!    either, for nothing would put it back.
//! 5. A NULL in one column makes a composite foreign key or unique value not count, so a part of the columns is
//!    enough; what else shares such a column moves along. What a generated key goes into has to wait as a whole.
//!
//! Nothing waits for a completion, and a release or parking waits for nothing: an edge that has been moved to either
//! is out of every cycle. An edge that some split of some row can move is one that [`means`] finds a split for, so
//! whether cycles can be broken does not depend on which are broken first.

use std::collections::BTreeMap;

use super::edges::Edge;
use super::{Cause, Work, Write, WriteId, WriteKind};
use crate::entity::{ColumnSet, EntityMeta};

/// The columns of a row that are not written together with the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) released: ColumnSet,
    pub(super) parked: ColumnSet,
    pub(super) postponed: ColumnSet,
}

/// The rows that are split, in the order of the work.
pub(super) type Splits = BTreeMap<WriteId, Split>;

/// The part of a row's writing that an edge ends at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Release,
    Park,
    Main,
    Complete,
}

/// A way to break an edge; the least intrusive comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Means {
    /// One row lets go of a unique value, however many wait for it.
    ReleaseUnique,
    PostponeReference,
    ReleaseReference,
    PostponeUnique,
    /// Last, for the placeholder is a value that nobody asked for.
    Park,
}

/// A split that moves an edge out of every cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Break {
    pub(super) means: Means,
    /// The row that is split.
    pub(super) row: WriteId,
    pub(super) columns: ColumnSet,
}

/// How an edge can be broken, if at all.
pub(super) fn means(work: &Work, edge: &Edge) -> Option<Break> {
    let columns = edge.columns(work);
    let at = |means, row, columns: ColumnSet| (!columns.is_empty()).then_some(Break { means, row, columns });
    let (giver, taker) = (work.write(edge.before), work.write(edge.after));
    match edge.cause {
        Cause::Refers { relation } => {
            let free = columns & nullable(taker);
            let whole = edge.unknown(work).without(free).is_empty() && optional(taker.entity, relation);
            whole.then(|| at(Means::PostponeReference, edge.after, free)).flatten()
        }
        Cause::Referred { relation } => optional(giver.entity, relation)
            .then(|| at(Means::ReleaseReference, edge.before, columns & nullable(giver)))
            .flatten(),
        Cause::Unique { .. } => at(Means::ReleaseUnique, edge.before, columns & nullable(giver))
            .or_else(|| at(Means::PostponeUnique, edge.after, columns & nullable(taker)))
            .or_else(|| at(Means::Park, edge.before, columns & parkable(giver))),
        Cause::SameRow => None,
    }
}

/// Splits the row.
pub(super) fn apply(splits: &mut Splits, Break { means, row, columns }: Break) {
    let split = splits.entry(row).or_default();
    match means {
        Means::ReleaseUnique | Means::ReleaseReference => split.released |= columns,
        Means::PostponeReference | Means::PostponeUnique => split.postponed |= columns,
        Means::Park => split.parked |= columns,
    }
}

/// Which parts of its two rows an edge orders.
pub(super) fn ends(work: &Work, splits: &Splits, edge: &Edge) -> (Part, Part) {
    if splits.is_empty() {
        return (Part::Main, Part::Main);
    }
    let columns = edge.columns(work);
    let giver = splits.get(&edge.before).filter(|_| !matches!(edge.cause, Cause::Refers { .. }));
    let before = match giver {
        Some(split) if split.released.intersects(columns) => Part::Release,
        Some(split) if split.parked.intersects(columns) => Part::Park,
        _ => Part::Main,
    };
    let taker = splits.get(&edge.after).filter(|_| !matches!(edge.cause, Cause::Referred { .. }));
    let after = match taker {
        Some(Split { postponed, .. })
            if postponed.intersects(columns) && edge.unknown(work).without(*postponed).is_empty() =>
        {
            Part::Complete
        }
        _ => Part::Main,
    };
    (before, after)
}

fn optional(entity: &EntityMeta, relation: usize) -> bool {
    entity.relations.get(relation).is_some_and(|r| r.nullable)
}

/// The columns of a row that can be NULL for a while.
fn nullable(write: &Write) -> ColumnSet {
    write.entity.select(|c| c.nullable) & splittable(write)
}

/// The columns of a row that can hold a placeholder for a while.
fn parkable(write: &Write) -> ColumnSet {
    let foreign = write.entity.relations.iter().fold(ColumnSet::EMPTY, |all, r| all | r.column_set());
    splittable(write).without(foreign)
}

fn splittable(write: &Write) -> ColumnSet {
    let set = match write.kind {
        WriteKind::Insert | WriteKind::Update => write.columns,
        WriteKind::Delete => ColumnSet::first(write.entity.columns.len()),
        WriteKind::Expect => ColumnSet::EMPTY,
    };
    set.without(write.entity.key_columns()).without(write.entity.select(|c| c.generated))
}
