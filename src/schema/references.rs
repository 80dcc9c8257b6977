//! Foreign keys and the relations that stand for them.
//!
//! 1. A relation needs a foreign key of its columns to the key of its target, checked when it is declared to be.
//! 2. A foreign key without a relation is in the way of a flush, which does not order rows by it: where it leads to the key of an
//!    entity that is compared as well, so that the program writes both, and all of its columns have fields.
//! 3. Rows that are left to the database need a foreign key that deletes them.

use super::Drift;
use super::compare::{Known, Sides};
use super::outline::Declared;
use crate::backend::{LiveForeignKey, LiveTable, OnDelete, TableName};
use crate::entity::{EntityMeta, RelationMeta};

pub(super) fn compare(known: &Known<'_>, sides: &Sides<'_>, drifts: &mut Vec<Drift>) {
    let (meta, live) = (sides.declared.meta, sides.live);
    for (relation, target) in meta.relations.iter().zip(&sides.declared.targets) {
        match behind(meta, live, relation, target) {
            Behind::Nothing => drifts.push(Drift::NoForeignKey {
                relation: relation.name,
                columns: sides.names(relation.columns),
                target: target.clone(),
            }),
            Behind::Elsewhere(found) => drifts.push(Drift::ForeignKeyElsewhere {
                relation: relation.name,
                target: target.clone(),
                found: match found.is_near {
                    true => TableName { schema: None, ..found.table.clone() },
                    false => found.table.clone(),
                },
                columns: found.target.clone().into(),
            }),
            Behind::Keys(keys) => {
                let agrees = keys.iter().any(|key| key.deferred == relation.deferred);
                if known.dialect.deferrable.foreign_keys && !agrees {
                    drifts.push(Drift::Deferral { relation: relation.name, declared: relation.deferred });
                }
            }
        }
    }
    for key in &live.foreign_keys {
        if let Some(target) = undeclared(known, sides, key) {
            drifts.push(Drift::UndeclaredForeignKey { columns: key.columns.clone().into(), target });
        }
    }
    for left in &sides.declared.left {
        let Some(relation) = left.holder.relations.get(left.relation) else { continue };
        let Some(holder) = (known.tables)(&left.table) else { continue };
        // One that is missing is said of the entity that declares the relation.
        let Behind::Keys(keys) = behind(left.holder, holder, relation, &sides.declared.table) else {
            continue;
        };
        if let Some(other) = keys.iter().find(|key| key.on_delete != OnDelete::Cascade) {
            drifts.push(Drift::OnDelete {
                holder: left.holder.name,
                relation: relation.name,
                found: other.on_delete,
            });
        }
    }
}

/// What stands behind a relation.
enum Behind<'a> {
    Nothing,
    Elsewhere(&'a LiveForeignKey),
    /// At least one: a table can have the same foreign key twice.
    Keys(Vec<&'a LiveForeignKey>),
}

fn behind<'a>(
    meta: &EntityMeta,
    live: &'a LiveTable,
    relation: &RelationMeta,
    target: &TableName,
) -> Behind<'a> {
    let (_, target_meta) = (relation.target)();
    let own: Vec<&str> = names(meta, relation.columns);
    let key: Vec<&str> = names(target_meta, target_meta.key);
    let is_of = |found: &&LiveForeignKey| {
        found.columns.len() == own.len()
            && own.iter().all(|name| found.columns.iter().any(|column| live.is_same(name, column)))
    };
    let of: Vec<&LiveForeignKey> = live.foreign_keys.iter().filter(is_of).collect();
    let is_right = |found: &&&LiveForeignKey| leads_to(found, live, target) && pairs(found, live, &own, &key);
    let right: Vec<&LiveForeignKey> = of.iter().filter(is_right).copied().collect();
    match of.first() {
        _ if !right.is_empty() => Behind::Keys(right),
        Some(found) => Behind::Elsewhere(found),
        None => Behind::Nothing,
    }
}

/// Whether each column refers to the part of the key that it holds.
fn pairs(found: &LiveForeignKey, live: &LiveTable, own: &[&str], key: &[&str]) -> bool {
    own.iter().zip(key).all(|(own, part)| {
        let place = found.columns.iter().position(|column| live.is_same(own, column));
        // Where the database names no columns they are those of the key, in the order of the table.
        found.target.is_empty()
            || place
                .and_then(|place| found.target.get(place))
                .is_some_and(|target| live.is_same(part, target))
    })
}

fn leads_to(found: &LiveForeignKey, live: &LiveTable, target: &TableName) -> bool {
    let is_in_schema = match (&target.schema, &found.table.schema) {
        (Some(declared), Some(found)) => live.is_same(declared, found),
        _ => found.is_near,
    };
    is_in_schema && live.is_same(&target.name, &found.table.name)
}

fn names(meta: &EntityMeta, columns: &[usize]) -> Vec<&'static str> {
    columns.iter().filter_map(|&column| meta.columns.get(column)).map(|column| column.name).collect()
}

/// Where a foreign key leads to that no relation stands for.
fn undeclared(known: &Known<'_>, sides: &Sides<'_>, key: &LiveForeignKey) -> Option<TableName> {
    let (meta, live) = (sides.declared.meta, sides.live);
    let is_relation = |relation: &RelationMeta| sides.is_set(&sides.names(relation.columns), &key.columns);
    if meta.relations.iter().any(is_relation)
        || !key.columns.iter().all(|column| sides.mapped(column).is_some())
    {
        return None;
    }
    let is_target = |entity: &&&Declared| {
        let parts = names(entity.meta, entity.meta.key);
        leads_to(key, live, &entity.table) && (key.target.is_empty() || sides.is_set(&parts, &key.target))
    };
    known.entities.iter().find(is_target).map(|entity| entity.table.clone())
}
