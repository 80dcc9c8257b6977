//! A database in memory that checks every constraint row by row, and runs a plan against it.

use std::collections::BTreeMap;

use crate::entity::{ColumnSet, EntityMeta};
use crate::order::{Action, Plan, Step, Work, WriteId, WriteKind};

/// A row: its entity and a value per column, `None` for NULL.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) entity: &'static EntityMeta,
    pub(super) values: Vec<Option<u32>>,
}

/// Rows by an identity that is not their key.
pub(super) type Rows = BTreeMap<usize, Row>;

impl PartialEq for EntityMeta {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Row {
    /// The values of some columns; `None` when one is NULL, for then no constraint counts them.
    pub(super) fn tuple(&self, columns: &[usize]) -> Option<Vec<u32>> {
        columns.iter().map(|&column| self.values[column]).collect()
    }
}

/// What a write is to do, for the executor: the row it means, and its kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) row: usize,
    pub(super) kind: WriteKind,
}

/// Runs the plan of some work on `before` and says what went wrong first, if anything.
pub(super) fn run(
    plan: &Plan,
    work: &Work,
    targets: &[Target],
    before: &Rows,
    after: &Rows,
) -> Result<(), String> {
    let done = vec![Done::default(); targets.len()];
    let mut run = Run { rows: before.clone(), work, after, done, parked: 1_000_000, wrote: false };
    for (number, step) in plan.steps().iter().enumerate() {
        for &WriteId(id) in &step.rows {
            run.write(step, id as usize, targets[id as usize])
                .map_err(|e| format!("step {}, write {id}: {e}\n{plan}", number + 1))?;
        }
    }
    if let Some(id) = run.done.iter().position(|done| !done.main || !done.open.is_empty()) {
        return Err(format!("write {id} was not finished\n{plan}"));
    }
    if run.rows == *after { Ok(()) } else { Err(format!("the end is not the wished state\n{plan}")) }
}

#[derive(Clone, Default)]
struct Done {
    main: bool,
    early: bool,
    open: ColumnSet,
}

struct Run<'a> {
    rows: Rows,
    /// Whose declarations of deferred constraints count or do not.
    work: &'a Work,
    after: &'a Rows,
    done: Vec<Done>,
    parked: u32,
    wrote: bool,
}

impl Run<'_> {
    fn write(&mut self, step: &Step, id: usize, target: Target) -> Result<(), String> {
        let main = matches!(step.action, Action::Insert | Action::Update | Action::Delete | Action::Expect);
        if main && (self.done[id].main || Action::from(target.kind) != step.action) {
            return Err("written twice, or as another kind".into());
        }
        match step.action {
            Action::Insert => {
                let values = vec![None; step.entity.columns.len()];
                self.rows.insert(target.row, Row { entity: step.entity, values });
                let generated = step.entity.select(|c| c.generated);
                self.set(target.row, step.columns | generated, step.postponed)?;
            }
            Action::Update => self.set(target.row, step.columns, step.postponed)?,
            Action::Expect if self.wrote => return Err("looked at after something was written".into()),
            Action::Expect => {}
            Action::Delete => {
                self.rows.remove(&target.row).ok_or("no such row")?;
            }
            Action::Release | Action::Park if self.done[id].main || target.kind == WriteKind::Insert => {
                return Err("let go too late".into());
            }
            Action::Release if step.postponed == step.columns => {
                self.set(target.row, step.columns, step.columns)?;
            }
            Action::Release => return Err("a release that does not write NULL".into()),
            Action::Park => {
                for column in step.columns.iter() {
                    self.parked += 1;
                    self.rows.get_mut(&target.row).ok_or("no such row")?.values[column] = Some(self.parked);
                }
            }
            Action::Complete => {
                if !self.done[id].main || self.done[id].open != step.columns {
                    return Err("completed before it was written, or other columns".into());
                }
                self.set(target.row, step.columns, ColumnSet::EMPTY)?;
            }
        }
        self.wrote |= step.action != Action::Expect;
        let done = &mut self.done[id];
        done.main |= main;
        done.early |= !main;
        done.open = if main { step.postponed } else { ColumnSet::EMPTY };
        self.check_rows(target.row)?;
        self.check_foreign_keys()
    }

    /// Gives columns their last values, or NULL where they are postponed.
    fn set(&mut self, row: usize, columns: ColumnSet, postponed: ColumnSet) -> Result<(), String> {
        let stored = self.rows.get(&row).ok_or("no such row")?.clone();
        let mut values = stored.values;
        for column in columns.iter() {
            values[column] = None;
            if !postponed.contains(column) {
                let wished = &self.after.get(&row).ok_or("a value for a row that goes")?.values;
                values[column] = wished[column];
            }
        }
        for relation in stored.entity.relations {
            self.check_key_is_known(relation, columns, &values)?;
        }
        self.rows.insert(row, Row { entity: stored.entity, values });
        Ok(())
    }

    /// A key that the database makes cannot be written before its row exists, deferred constraint or not.
    fn check_key_is_known(
        &self,
        relation: &crate::entity::RelationMeta,
        columns: ColumnSet,
        values: &[Option<u32>],
    ) -> Result<(), String> {
        let target = (relation.target)().1;
        for (&column, &part) in relation.columns.iter().zip(target.key) {
            let Some(value) = values[column].filter(|_| columns.contains(column)) else { continue };
            let known = |row: &Row| row.entity == target && row.values[part] == Some(value);
            if target.columns[part].generated && !self.rows.values().any(known) {
                return Err(format!("the key that {} needs is not known yet", relation.name));
            }
        }
        Ok(())
    }

    /// NOT NULL, primary key and unique sets of one row.
    fn check_rows(&self, id: usize) -> Result<(), String> {
        let Some(row) = self.rows.get(&id) else { return Ok(()) };
        for (column, meta) in row.entity.columns.iter().enumerate() {
            if row.values[column].is_none() && !meta.nullable {
                return Err(format!("{}.{} is NULL", row.entity.name, meta.name));
            }
        }
        let immediate = row.entity.uniques.iter().filter(|u| !(self.work.defers_uniques && u.deferred));
        for set in immediate.map(|u| u.columns).chain([row.entity.key]) {
            let Some(tuple) = row.tuple(set) else { continue };
            let equal = |(&other, o): (&usize, &Row)| {
                other != id && o.entity == row.entity && o.tuple(set).as_ref() == Some(&tuple)
            };
            if self.rows.iter().any(equal) {
                return Err(format!("{} is not unique in {set:?}", row.entity.name));
            }
        }
        Ok(())
    }

    /// The immediate ones. All of them hold at the end, for the wished state keeps them.
    fn check_foreign_keys(&self) -> Result<(), String> {
        for row in self.rows.values() {
            let relations = row.entity.relations.iter();
            for relation in relations.filter(|r| !(self.work.defers_references && r.deferred)) {
                let Some(key) = row.tuple(relation.columns) else { continue };
                let target = (relation.target)().1;
                if !self
                    .rows
                    .values()
                    .any(|r| r.entity == target && r.tuple(target.key).as_ref() == Some(&key))
                {
                    return Err(format!("{}.{} refers to nothing", row.entity.name, relation.name));
                }
            }
        }
        Ok(())
    }
}
