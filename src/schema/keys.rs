//! The primary key and what is unique beside it.
//!
//! 1. A declared set needs an index of exactly its columns, for every row: upserts name it, and relations rely on it.
//! 2. An index that is not declared is in the way of a flush, which does not order rows by it. That is not so where its columns
//!    contain the key or a declared set, which cannot be taken twice anyway; where the program writes none of them; and one
//!    with a condition or an expression cannot be declared, so nothing is said of it.

use super::Drift;
use super::compare::{Known, Sides};
use crate::backend::{Filled, LiveUnique};

pub(super) fn compare(known: &Known<'_>, sides: &Sides<'_>, drifts: &mut Vec<Drift>) {
    let (meta, live) = (sides.declared.meta, sides.live);
    let key = sides.names(meta.key);
    if !sides.is_set(&key, &live.key) {
        drifts.push(Drift::PrimaryKey { declared: key.clone(), found: live.key.clone().into() });
    }
    for set in meta.uniques {
        let columns = sides.names(set.columns);
        let mut alike = live.uniques.iter().filter(|unique| sides.is_set(&columns, &unique.columns));
        let whole = alike.clone().find(|unique| unique.is_whole);
        match whole {
            Some(unique) if known.dialect.deferrable.uniques && unique.deferred != set.deferred => {
                drifts.push(Drift::UniqueDeferral { columns, declared: set.deferred });
            }
            Some(_) => {}
            None if sides.is_set(&columns, &live.key) => {}
            None => {
                let partly = alike.next().map(|unique| unique.name.clone());
                drifts.push(Drift::NotUnique { columns, partly });
            }
        }
    }
    let undeclared = live.uniques.iter().filter(|unique| unique.is_whole && is_in_the_way(sides, unique));
    drifts.extend(undeclared.map(|unique| Drift::UndeclaredUnique {
        index: unique.name.clone(),
        columns: unique.columns.clone().into(),
    }));
}

fn is_in_the_way(sides: &Sides<'_>, unique: &LiveUnique) -> bool {
    let meta = sides.declared.meta;
    let mut sets = meta.uniques.iter().map(|set| set.columns).chain([meta.key]);
    let is_implied = sets.any(|set| sides.is_within(&sides.names(set), &unique.columns));
    let is_written = |name: &String| {
        let computed = || sides.live.column(name).is_some_and(|found| found.filled == Filled::ByExpression);
        sides.mapped(name).is_some_and(|column| !column.generated || computed())
    };
    !is_implied && unique.columns.iter().any(is_written)
}
