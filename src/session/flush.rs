//! The flush: gather what changed, order it, execute the plan, and accept or abandon it as a whole.
//!
//! 1. `gather`: every entity's pending rows, see `change`,
//! 2. and what constrains them: which refer to each other, and which unique values move between them.
//! 3. `order::plan`: the steps.
//! 4. `learn`: what the database says of the keys that it will make.
//! 5. `execute`: the statements, in one transaction or savepoint where more than one thing can go wrong.
//! 6. accept: memory says what the database says; or abandon: memory is what it was.

use std::any::Any;

use super::core::Core;
use super::gather::{Gathered, gather};
use super::preview::FlushPlan;
use super::store::Batch;
use super::stores::{IdentityMap, StoreId};
use super::transact::unknown;
use crate::backend::{Backend, TransactionOptions};
use crate::entity::{ColumnSet, PendingLink, RelationMeta};
use crate::error::{Error, Result};
use crate::order::{self, Action, LONGEST_CHAIN, Plan, Step};
use crate::statement::{Missing, Suspicion};

/// What a flush puts around its statements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// A transaction, or a savepoint inside one.
    Transaction,
    /// Nothing: a single statement is undone as a whole by the database, or what follows undoes everything.
    Nothing,
}

impl<B: Backend> Core<B> {
    /// What the next flush would do.
    pub(crate) fn plan(&self) -> Result<FlushPlan> {
        let Gathered { work, .. } = gather(&self.map, true)?;
        let plan = order::plan(&work).map_err(|cycle| Error::Cycle(Box::new(cycle)))?;
        Ok(FlushPlan { plan, work })
    }

    /// Writes what is pending. Nothing pending: no SQL at all.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.flush_within(false)?;
        self.levels.flushed();
        self.call_hooks();
        Ok(())
    }

    /// Writes what is pending where a failure is followed by a rollback of everything.
    pub(crate) fn flush_before_commit(&mut self) -> Result<()> {
        self.flush_within(true)
    }

    fn flush_within(&mut self, before_commit: bool) -> Result<()> {
        if !self.map.has_pending() {
            return Ok(());
        }
        let gathered = gather(&self.map, false)?;
        let plan = order::plan(&gathered.work).map_err(|cycle| Error::Cycle(Box::new(cycle)))?;
        if plan.steps().is_empty() {
            self.accept();
            return Ok(());
        }
        self.learn(&plan, &gathered.rows)?;
        let around = if before_commit && !plan.may_cascade() {
            Around::Nothing
        } else {
            self.around(&plan, &gathered.rows)
        };
        self.attempts(&plan, &gathered.rows, around)
    }

    /// Executes the plan, and once more where the failure was the flush's own and the next attempt knows better. What
    /// nothing is around cannot be tried again.
    fn attempts(&mut self, plan: &Plan, rows: &[(StoreId, u32)], around: Around) -> Result<()> {
        let mut cascaded = Vec::new();
        let mut done = self.attempt(plan, rows, &cascaded, around);
        if around == Around::Nothing {
            return done;
        }
        if let Err(Error::KeysUnknown { .. }) = done {
            // A table that does not count its keys up was found out, and is written one row at a time from now on.
            done = self.attempt(plan, rows, &cascaded, around);
        }
        while let Err(error @ Error::Stale(_)) = done {
            match self.look_again() {
                Some((_, Suspicion::Stale(named))) => return Err(named),
                Some((store, Suspicion::Own)) if !cascaded.contains(&store) => cascaded.push(store),
                _ => return Err(error),
            }
            done = self.attempt(plan, rows, &cascaded, around);
        }
        done
    }

    /// Makes an error that speaks of a stale row name the right one of a batch. Called once the flush is rolled back.
    pub(crate) fn name_stale(&mut self, error: Error) -> Error {
        let suspicion = if matches!(error, Error::Stale(_)) { self.look_again() } else { None };
        match suspicion {
            Some((_, Suspicion::Stale(named))) => named,
            _ => error,
        }
    }

    /// What a row that was not found turns out to be once the flush is rolled back, and of which entity it is.
    fn look_again(&mut self) -> Option<(StoreId, Suspicion)> {
        let found = self.run(|connection, map| {
            for (id, store) in map.iter_mut().enumerate() {
                if let Some(suspicion) = store.look_again(connection)? {
                    return Ok(Some((id, suspicion)));
                }
            }
            Ok(None)
        });
        // Not being able to look changes nothing of what happened.
        found.ok().flatten()
    }

    /// Executes the plan. Of the entities `cascaded` the database deletes rows itself when others go.
    fn attempt(
        &mut self,
        plan: &Plan,
        rows: &[(StoreId, u32)],
        cascaded: &[StoreId],
        around: Around,
    ) -> Result<()> {
        let attempt = Attempt::begin(self, around, plan.writes())?;
        let is_alone = plan.deletes() == 1;
        let missing = |store| match is_alone {
            true => Missing::IsStale,
            false if cascaded.contains(&store) => Missing::Expected,
            false => Missing::Unclear,
        };
        let executed = attempt.core.run(|connection, map| {
            plan.steps().iter().try_for_each(|step| execute(map, connection, step, rows, &missing))
        });
        attempt.end(executed)
    }

    /// Finds out what the number of statements depends on.
    fn learn(&mut self, plan: &Plan, rows: &[(StoreId, u32)]) -> Result<()> {
        self.run(|connection, map| {
            for step in plan.steps().iter().filter(|step| step.action == Action::Insert) {
                let Some((store, _)) = locate(step, rows) else { continue };
                if let Some(store) = map.get_mut(store) {
                    store.learn_keys(connection, step.rows.len())?;
                }
            }
            Ok(())
        })
    }

    fn accept(&mut self) {
        self.map.iter_mut().filter(|store| store.has_pending()).for_each(|store| store.accept());
    }

    fn around(&self, plan: &Plan, rows: &[(StoreId, u32)]) -> Around {
        let mut statements = 0;
        let mut is_checked = false;
        for step in plan.steps() {
            let Some((store, slots)) = locate(step, rows) else { continue };
            let Some(store) = self.map.get(store) else { continue };
            let cost = store.cost(&batch(step, &slots, Missing::IsStale));
            statements += cost.statements;
            is_checked |= cost.is_checked;
        }
        let doomed_by_failure = self.in_transaction() && self.map.dialect().failure_aborts_transaction;
        if statements > 1 || is_checked || doomed_by_failure { Around::Transaction } else { Around::Nothing }
    }
}

/// A flush on its way. Unless it goes through it is undone, in the database and in memory; on a panic too.
struct Attempt<'a, B: Backend> {
    core: &'a mut Core<B>,
    open: bool,
    writes: bool,
    accepted: bool,
}

impl<'a, B: Backend> Attempt<'a, B> {
    fn begin(core: &'a mut Core<B>, around: Around, writes: bool) -> Result<Self> {
        let open = around == Around::Transaction;
        if open {
            core.begin(&TransactionOptions::new())?;
        }
        Ok(Self { core, open, writes, accepted: false })
    }

    fn end(mut self, executed: Result<()>) -> Result<()> {
        let is_commit = self.writes && !self.open && !self.core.in_transaction();
        // A single statement is its own commit.
        executed.map_err(|error| if is_commit { unknown(error) } else { error })?;
        if self.writes {
            self.core.note_write();
        }
        if self.open {
            let committed = self.core.commit();
            // Refused or not, it is over.
            self.open = false;
            committed?;
        }
        self.accepted = true;
        self.core.accept();
        Ok(())
    }
}

impl<B: Backend> Drop for Attempt<'_, B> {
    fn drop(&mut self) {
        if self.accepted {
            return;
        }
        if self.open {
            self.core.rollback();
        }
        self.core.map.iter_mut().for_each(|store| store.abandon());
    }
}

fn batch<'a>(step: &Step, slots: &'a [u32], missing: Missing) -> Batch<'a> {
    Batch { action: step.action, columns: step.columns, postponed: step.postponed, missing, slots }
}

/// The store and the slots of a step; a step is of one entity.
fn locate(step: &Step, rows: &[(StoreId, u32)]) -> Option<(StoreId, Vec<u32>)> {
    let mut located = step.rows.iter().filter_map(|row| rows.get(row.0 as usize));
    let &(store, first) = located.next()?;
    let mut slots = Vec::with_capacity(step.rows.len());
    slots.push(first);
    slots.extend(located.map(|&(_, slot)| slot));
    Some((store, slots))
}

fn execute<B: Backend>(
    map: &mut IdentityMap<B>,
    connection: &mut B::Connection,
    step: &Step,
    rows: &[(StoreId, u32)],
    missing: &dyn Fn(StoreId) -> Missing,
) -> Result<()> {
    let Some((store, slots)) = locate(step, rows) else { return Ok(()) };
    let missing = missing(store);
    if step.action != Action::Delete {
        for &slot in &slots {
            resolve_links(map, store, slot, step)?;
        }
    }
    match map.get_mut(store) {
        Some(store) => store.execute(connection, &batch(step, &slots, missing)),
        None => Ok(()),
    }
}

/// Gives a row the keys of the rows that it is linked to, as far as this step writes them.
fn resolve_links<B: Backend>(map: &mut IdentityMap<B>, id: StoreId, slot: u32, step: &Step) -> Result<()> {
    let Some(store) = map.get(id) else { return Ok(()) };
    let meta = store.meta();
    let links = store.links(slot).to_vec();
    let columns_of = |link: &PendingLink| {
        meta.relations.get(link.relation).map_or(ColumnSet::EMPTY, RelationMeta::column_set)
    };
    for link in &links {
        let columns = columns_of(link);
        if !columns.intersects(step.columns | step.postponed) {
            continue;
        }
        // A column that waits for another relation's sake does not keep this one from being known.
        let is_late = columns.intersects(step.postponed);
        let known = !is_late || columns.without(step.columns).is_empty();
        if known && give_key_of(map, id, slot, link, step.columns)? {
            continue;
        }
        if !is_late {
            let target = map.id_of(link.target).and_then(|id| map.get(id));
            return Err(Error::NotWritten { entity: target.map_or("row", |store| store.meta().name) });
        }
        if let Some(store) = map.get_mut(id) {
            store.resolve(slot, link.relation, None, step.columns)?;
        }
    }
    // Of two that share a column the second had the last word.
    let shared = links.iter().filter(|link| {
        meta.shares_columns(link.relation) && columns_of(link).without(step.postponed) == columns_of(link)
    });
    for link in shared.filter(|link| columns_of(link).intersects(step.columns)) {
        let (Some(store), Some(target)) = (map.get(id), map.id_of(link.target).and_then(|id| map.get(id)))
        else {
            continue;
        };
        let mut agrees = true;
        target.with_key(link.slot, &mut |key| agrees = store.refers_to(slot, link.relation, key));
        if !agrees {
            return Err(Error::links_disagree(meta, link.relation));
        }
    }
    Ok(())
}

/// Gives a row the key of one row that it is linked to. `false` while that has none.
fn give_key_of<B: Backend>(
    map: &mut IdentityMap<B>,
    id: StoreId,
    slot: u32,
    link: &PendingLink,
    columns: ColumnSet,
) -> Result<bool> {
    let Some(target) = map.id_of(link.target) else { return Ok(false) };
    if let Some((from, to)) = map.get_pair(target, id) {
        let mut given = Ok(());
        let found =
            from.with_key(link.slot, &mut |key| given = to.resolve(slot, link.relation, Some(key), columns));
        if found {
            return given.map(|()| true);
        }
    }
    // One store cannot be read and written at once, and a row without a key has to be given the parts of it first: the
    // key is copied.
    let Some(key) = key_to_be(map, target, link.slot, LONGEST_CHAIN)? else { return Ok(false) };
    let Some(store) = map.get_mut(id) else { return Ok(false) };
    store.resolve(slot, link.relation, Some(&*key), columns).map(|()| true)
}

/// The key that a row has, or that it will have for certain: nothing but a deferred constraint lets a row be written
/// before the one that it refers to.
fn key_to_be<B: Backend>(
    map: &mut IdentityMap<B>,
    id: StoreId,
    slot: u32,
    chain: usize,
) -> Result<Option<Box<dyn Any>>> {
    let Some(store) = map.get(id) else { return Ok(None) };
    let mut key = None;
    store.clone_key(slot, &mut key);
    if key.is_some() || chain == 0 {
        return Ok(key);
    }
    let meta = store.meta();
    let is_part = |link: &&PendingLink| {
        let relation = meta.relations.get(link.relation);
        relation.is_some_and(|relation| {
            // Of a relation that the row may lack, or that shares them with another, the key has its parts from elsewhere.
            let own = relation.column_set().without(meta.set_before(link.relation));
            !relation.nullable && own.intersects(meta.key_columns())
        })
    };
    let everything = ColumnSet::first(meta.columns.len());
    for link in store.links(slot).iter().filter(is_part).copied().collect::<Vec<_>>() {
        let Some(target) = map.id_of(link.target) else { return Ok(None) };
        let Some(part) = key_to_be(map, target, link.slot, chain - 1)? else { return Ok(None) };
        if let Some(store) = map.get_mut(id) {
            store.resolve(slot, link.relation, Some(&*part), everything)?;
        }
    }
    Ok(map.get(id).and_then(|store| store.clone_draft_key(slot)))
}
