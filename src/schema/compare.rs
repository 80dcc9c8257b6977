//! Compares one entity with its table: columns, then keys, then foreign keys.

use super::outline::Declared;
use super::{Difference, Drift, columns, keys, references};
use crate::backend::{Dialect, LiveTable, TableName};
use crate::entity::ColumnMeta;

/// What is known beside an entity and its table.
pub(crate) struct Known<'a> {
    pub(crate) dialect: &'a Dialect,
    /// Every entity that is compared.
    pub(crate) entities: &'a [&'a Declared],
    /// The tables of those, and of the rows that are left to the database.
    pub(crate) tables: &'a dyn Fn(&TableName) -> Option<&'a LiveTable>,
}

/// All that differs. `fits` says of each column whether its type fits that of the table's.
pub(crate) fn compare(known: &Known<'_>, declared: &Declared, fits: &[bool]) -> Vec<Difference> {
    let drifts = match (known.tables)(&declared.table) {
        None => vec![Drift::NoTable],
        Some(live) => {
            let sides = Sides { declared, live };
            let mut drifts = Vec::new();
            columns::compare(known, &sides, fits, &mut drifts);
            if !live.is_view {
                keys::compare(known, &sides, &mut drifts);
                references::compare(known, &sides, &mut drifts);
            }
            drifts
        }
    };
    let of = |drift| Difference { entity: declared.meta.name, table: declared.table.clone(), drift };
    drifts.into_iter().map(of).collect()
}

/// An entity and its table.
pub(super) struct Sides<'a> {
    pub(super) declared: &'a Declared,
    pub(super) live: &'a LiveTable,
}

impl Sides<'_> {
    /// The names of columns.
    pub(super) fn names(&self, columns: &[usize]) -> Box<[&'static str]> {
        let all = self.declared.meta.columns;
        columns.iter().filter_map(|&column| all.get(column)).map(|column| column.name).collect()
    }

    /// The field's column of that name.
    pub(super) fn mapped(&self, name: &str) -> Option<&'static ColumnMeta> {
        self.declared.meta.columns.iter().find(|column| self.live.is_same(column.name, name))
    }

    /// Whether both have the same columns, in whatever order.
    pub(super) fn is_set(&self, declared: &[&str], live: &[String]) -> bool {
        declared.len() == live.len() && self.is_within(declared, live)
    }

    /// Whether all of the declared ones are among the others.
    pub(super) fn is_within(&self, declared: &[&str], live: &[String]) -> bool {
        declared.iter().all(|one| live.iter().any(|other| self.live.is_same(one, other)))
    }
}

impl LiveTable {
    pub(crate) fn is_same(&self, one: &str, other: &str) -> bool {
        if self.ignores_case { one.eq_ignore_ascii_case(other) } else { one == other }
    }
}
