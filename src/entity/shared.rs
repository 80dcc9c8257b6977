//! Relations that share columns: what one of them sets, another may say as well.
//!
//! 1. A draft takes a key in only where that changes no other relation that was given as a key.
//! 2. A row that is stored goes along with a key, unless another relation was edited as well.
//! 3. Two links to rows of the session are set one after the other, and both have to hold in the end.

use std::any::Any;

use super::{ColumnSet, EntityMeta, PendingLink, References};

impl EntityMeta {
    /// Whether another relation has a column of this one.
    pub(crate) fn shares_columns(&self, relation: usize) -> bool {
        (0..self.relations.len()).any(|other| self.overlap(relation, other))
    }

    /// The columns that required relations before that one set.
    pub(crate) fn set_before(&self, relation: usize) -> ColumnSet {
        let before = self.relations.iter().take(relation).filter(|before| !before.nullable);
        before.fold(ColumnSet::EMPTY, |all, before| all | before.column_set())
    }

    fn all_columns(&self) -> ColumnSet {
        ColumnSet::first(self.columns.len())
    }

    fn overlap(&self, one: usize, other: usize) -> bool {
        let columns = |relation: usize| self.relations.get(relation).map(super::RelationMeta::column_set);
        one != other && columns(one).zip(columns(other)).is_some_and(|(one, other)| one.intersects(other))
    }
}

/// Makes a relation of a draft refer to a key. `false`, and nothing is changed, when the draft says something else of one
/// of the columns, by its own value or by the key of another relation; one of `links` may still be set anew.
pub(crate) fn give_key<R: References + Clone>(
    meta: &EntityMeta,
    record: &mut R,
    links: &[PendingLink],
    relation: usize,
    key: &dyn Any,
) -> bool {
    if !meta.shares_columns(relation) {
        return record.set_reference(relation, Some(key));
    }
    let mut next = record.clone();
    if !next.set_reference(relation, Some(key)) {
        return false;
    }
    let agrees = keeps_others(meta, record, &next, links, relation, meta.all_columns());
    if agrees {
        *record = next;
    }
    agrees
}

/// Whether what other relations refer to, that share a column with this one, is the same before and after it was set. Looks
/// at those that have one of `columns`, none of `links`.
pub(crate) fn keeps_others(
    meta: &EntityMeta,
    before: &dyn References,
    after: &dyn References,
    links: &[PendingLink],
    relation: usize,
    columns: ColumnSet,
) -> bool {
    let is_said = |other: usize| {
        let is_linked = links.iter().any(|link| link.relation == other);
        !is_linked && meta.relations.get(other).is_some_and(|of| of.column_set().intersects(columns))
    };
    let mut others =
        (0..meta.relations.len()).filter(|&other| meta.overlap(relation, other) && is_said(other));
    others.all(|other| {
        let mut kept = true;
        before.visit_reference(other, &mut |_, key| kept = refers_to(meta, after, other, key));
        kept
    })
}

/// Whether a relation refers to that key.
pub(crate) fn refers_to(meta: &EntityMeta, row: &dyn References, relation: usize, key: &dyn Any) -> bool {
    let Some(of) = meta.relations.get(relation) else { return false };
    let mut same = false;
    row.visit_reference(relation, &mut |_, held| same = (of.same_key)(held, key));
    same
}
