//! The edges of a flush: which row has to wait for which other, and why.
//!
//! 1. **A foreign key that is taken.** A row that is inserted or updated waits for the INSERT of the row it comes to
//!    refer to. A deferred constraint needs no order, except that a generated key has to exist before it can be
//!    written, and so a key of which a part comes from one. A row that comes to refer to itself waits for itself only
//!    where its key is generated.
//! 2. **A foreign key that is given up.** The DELETE of a row waits for the UPDATE or DELETE of every row that still
//!    refers to it. A deferred constraint needs no order, and a row waits for itself only where a reference to itself
//!    [holds](Work::holds_itself) it.
//! 3. **A unique value that changes hands.** The row that takes a value waits for the row that gives it up, where
//!    both mean the same value of the same set of the same entity. A row never conflicts with itself, and a deferred
//!    constraint needs no order. The primary key is such a set, which is why a removed row goes before its successor of
//!    the same key.
//! 4. **A row that is written in parts** (see [`split`](super::split)): each part waits for the one before it.
//!
//! What no edge orders is a tie: inserts before updates before deletes, see [`entities`](super::entities); updates before
//! inserts where new rows can refer to updated ones, see [`batch`](super::batch).

use hashbrown::HashMap;

use super::entities::Entities;
use super::{Side, UniqueUse, Work, WriteId, WriteKind};
use crate::entity::{ColumnSet, EntityMeta, RelationMeta};

/// How many rows on a key can be made of keys: a relation that goes in a circle has to end.
pub(crate) const LONGEST_CHAIN: usize = 8;

/// One row waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// The row that goes first.
    pub(super) before: WriteId,
    /// The row that waits.
    pub(super) after: WriteId,
    pub(super) cause: Cause,
}

/// Why one row, or one step, waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The later row comes to refer to the earlier one, by this relation of the later one's entity.
    Refers {
        /// Its number among the relations of the entity.
        relation: usize,
    },
    /// The earlier row refers to the later one until now, by this relation of the earlier one's entity.
    Referred {
        /// Its number among the relations of the entity.
        relation: usize,
    },
    /// The earlier row gives a unique value up that the later row takes.
    Unique {
        /// The number of the unique set, or `None` for the primary key.
        set: Option<usize>,
    },
    /// Both write parts of the same row.
    SameRow,
}

impl Edge {
    /// The columns that hold the foreign key or the unique value.
    pub(super) fn columns(&self, work: &Work) -> ColumnSet {
        match self.cause {
            Cause::Refers { relation } => relation_columns(work.write(self.after).entity, relation),
            Cause::Referred { relation } => relation_columns(work.write(self.before).entity, relation),
            Cause::Unique { set } => set_columns(work.write(self.after).entity, set),
            Cause::SameRow => ColumnSet::EMPTY,
        }
    }

    /// The columns whose values nobody knows before the earlier row is inserted.
    pub(super) fn unknown(&self, work: &Work) -> ColumnSet {
        match self.cause {
            Cause::Refers { relation } => generated_part(work.write(self.after).entity, relation),
            _ => ColumnSet::EMPTY,
        }
    }
}

/// The edges of rules 1 to 3, in the order of the work. An edge from a row to itself says that it needs its own
/// generated key, or that it has to let go of itself.
pub(super) fn collect(work: &Work) -> Vec<Edge> {
    let mut edges = Vec::with_capacity(work.references.len());
    references(work, &mut edges);
    uniques(work, &mut edges);
    edges
}

/// Rules 1 and 2.
fn references(work: &Work, edges: &mut Vec<Edge>) {
    for reference in &work.references {
        let (from, to) = (work.write(reference.from), work.write(reference.to));
        let relation = reference.relation;
        let deferred =
            work.defers_references && from.entity.relations.get(relation).is_some_and(|r| r.deferred);
        let needs_no_order = deferred || reference.from == reference.to;
        match (reference.side, from.kind, to.kind) {
            (Side::After, WriteKind::Insert | WriteKind::Update, WriteKind::Insert)
                if !needs_no_order || !generated_part(from.entity, relation).is_empty() =>
            {
                let cause = Cause::Refers { relation };
                edges.push(Edge { before: reference.to, after: reference.from, cause });
            }
            (Side::Before, WriteKind::Update | WriteKind::Delete, WriteKind::Delete)
                if !needs_no_order || (work.holds_itself && !deferred) =>
            {
                let cause = Cause::Referred { relation };
                edges.push(Edge { before: reference.from, after: reference.to, cause });
            }
            _ => {}
        }
    }
}

/// Rule 3. The database lets one row hold a value, so a value has one giver; takers find it in a map that is only
/// ever asked, never walked.
fn uniques(work: &Work, edges: &mut Vec<Edge>) {
    if work.uniques.is_empty() {
        return;
    }
    let entities = Entities::new(work);
    let deferred = |used: &UniqueUse| {
        let sets = work.write(used.write).entity.uniques;
        work.defers_uniques && used.set.and_then(|set| sets.get(set)).is_some_and(|set| set.deferred)
    };
    let mut givers = HashMap::with_capacity(work.uniques.len() / 2);
    for given in work.uniques.iter().filter(|u| u.side == Side::Before && !deferred(u)) {
        if work.write(given.write).kind != WriteKind::Insert {
            givers.insert((entities.of(given.write), given.set, given.value), given.write);
        }
    }
    for taken in work.uniques.iter().filter(|u| u.side == Side::After) {
        let giver = givers.get(&(entities.of(taken.write), taken.set, taken.value));
        if let Some(&before) = giver
            && before != taken.write
            && work.write(taken.write).kind != WriteKind::Delete
        {
            edges.push(Edge { before, after: taken.write, cause: Cause::Unique { set: taken.set } });
        }
    }
}

/// The columns of a relation.
fn relation_columns(entity: &EntityMeta, relation: usize) -> ColumnSet {
    entity.relations.get(relation).map(RelationMeta::column_set).unwrap_or_default()
}

/// The columns of a unique set, or of the key.
pub(super) fn set_columns(entity: &EntityMeta, set: Option<usize>) -> ColumnSet {
    match set {
        None => entity.key_columns(),
        Some(set) => entity.uniques.get(set).map(|u| u.columns.iter().copied().collect()).unwrap_or_default(),
    }
}

/// The columns of a relation whose values nobody knows before the target is written: parts of its key that the database
/// makes, there or in a row that the part refers to itself.
///
/// Of the latter not those that the row has from elsewhere, the tenant of both for one: they never are NULL and the row may
/// lack the relation, or a required relation that comes before sets them.
fn generated_part(entity: &EntityMeta, relation: usize) -> ColumnSet {
    let Some(own) = entity.relations.get(relation) else { return ColumnSet::EMPTY };
    let target = (own.target)().1;
    let made = holding(own, target.select(|column| column.generated));
    let inherited = holding(own, inherited(target, LONGEST_CHAIN));
    let elsewhere =
        if own.nullable { entity.select(|column| !column.nullable) } else { entity.set_before(relation) };
    made | inherited.without(elsewhere)
}

/// The columns of a key that hold what the database makes in another row.
fn inherited(entity: &EntityMeta, chain: usize) -> ColumnSet {
    let of_key = |relation: &&RelationMeta| {
        chain > 0 && !relation.nullable && relation.column_set().intersects(entity.key_columns())
    };
    let relations = entity.relations.iter().filter(of_key).map(|relation| {
        let target = (relation.target)().1;
        holding(relation, target.select(|column| column.generated) | inherited(target, chain - 1))
    });
    relations.fold(ColumnSet::EMPTY, |all, columns| all | columns)
}

/// The columns of a relation that hold those columns of its target.
fn holding(relation: &RelationMeta, of_target: ColumnSet) -> ColumnSet {
    let parts = relation.columns.iter().zip((relation.target)().1.key);
    parts.filter(|(_, part)| of_target.contains(**part)).map(|(&column, _)| column).collect()
}
