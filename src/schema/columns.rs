//! Columns: that they are there, of which type, whether they take NULL, and who fills them.

use super::Drift;
use super::compare::{Known, Sides};
use crate::backend::{Filled, LiveColumn, Returning};
use crate::entity::ColumnMeta;

pub(super) fn compare(known: &Known<'_>, sides: &Sides<'_>, fits: &[bool], drifts: &mut Vec<Drift>) {
    let (declared, live) = (sides.declared, sides.live);
    for (index, column) in declared.meta.columns.iter().enumerate() {
        let Some(found) = live.column(column.name) else {
            drifts.push(Drift::NoColumn { column: column.name });
            continue;
        };
        if !fits.get(index).is_some_and(|fits| *fits) {
            let declared = declared.types.get(index).cloned().unwrap_or_default();
            drifts.push(Drift::OtherType { column: column.name, declared, found: found.sql_type.clone() });
        }
        if !live.is_view {
            nullability(column, found, drifts);
            let is_key = declared.meta.key.contains(&index);
            filling(known, column, found, is_key, drifts);
        }
    }
    let unfilled = |found: &&LiveColumn| {
        !found.nullable && found.filled == Filled::Nothing && sides.mapped(&found.name).is_none()
    };
    if !live.is_view {
        let unfilled = live.columns.iter().filter(unfilled);
        drifts.extend(unfilled.map(|found| Drift::Unfilled { column: found.name.clone() }));
    }
}

/// A computed column is not compared: databases disagree on whether it can be declared NOT NULL, and it is NULL where what it
/// is computed of is.
fn nullability(column: &ColumnMeta, found: &LiveColumn, drifts: &mut Vec<Drift>) {
    match (column.nullable, found.nullable) {
        _ if found.filled == Filled::ByExpression => {}
        (false, true) => drifts.push(Drift::TakesNull { column: column.name }),
        (true, false) => drifts.push(Drift::TakesNoNull { column: column.name }),
        _ => {}
    }
}

fn filling(
    known: &Known<'_>,
    column: &ColumnMeta,
    found: &LiveColumn,
    is_key: bool,
    drifts: &mut Vec<Drift>,
) {
    let is_generated = match found.filled {
        Filled::Nothing => false,
        Filled::ByCount => true,
        // A server without RETURNING tells the number that it counted, and nothing else.
        _ => !(is_key && matches!(known.dialect.returning, Returning::Select(_))),
    };
    if column.generated && !is_generated {
        drifts.push(Drift::NotGenerated { column: column.name });
    }
    if !column.generated && found.read_only {
        drifts.push(Drift::ReadOnly { column: column.name });
    }
    if column.default && found.filled == Filled::Nothing {
        drifts.push(Drift::NoDefault { column: column.name });
    }
}

impl crate::backend::LiveTable {
    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| self.is_same(name, &column.name))
    }
}
