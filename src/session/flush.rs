//! The flush: gather what changed, order it, execute the plan, and accept or abandon it as a whole.
//!
//! 1. `gather`: every entity's pending rows, see `change`,
//! 2. and what constrains them: which refer to each other, and which unique values move between them.
//! 3. `order::plan`: the steps.
//! 4. `learn`: what the database says of the keys that it will make.
//! 5. `execute`: the statements, in one transaction or savepoint where more than one thing can go wrong.
//! 6. accept: memory says what the database says; or abandon: memory is what it was.

use std::sync::Arc;
use std::time::Instant;

use super::core::Core;
use super::events::Outcome;
use super::gather::{Gathered, gather};
use super::preview::FlushPlan;
use super::resolve_links::resolve_links;
use super::store::Batch;
use super::stores::{IdentityMap, StoreId};
use crate::backend::{Backend, TransactionOptions};
use crate::error::{Error, Result};
use crate::metrics::{Counter, Timer};
use crate::observe::{Written, spans};
use crate::order::{self, Action, Plan, Step};
use crate::statement::{Missing, Suspicion};
use crate::stop::Committing;

/// What a flush puts around its statements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// A transaction, or a savepoint inside one.
    Transaction,
    /// Nothing: a single statement is undone as a whole by the database, or what follows undoes everything.
    Nothing,
}

/// What a flush is to do.
pub(super) struct Prepared {
    pub(super) gathered: Gathered,
    pub(super) plan: Plan,
}

impl<B: Backend> Core<B> {
    /// What the next flush would do.
    pub(crate) fn plan(&self) -> Result<FlushPlan> {
        let Prepared { gathered, plan } = self.prepare(true)?;
        Ok(FlushPlan { plan, work: gathered.work })
    }

    /// Writes what is pending. Nothing pending: no SQL at all.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let flushed = self.flush_within(false);
        if flushed.is_ok() {
            self.levels.flushed();
        }
        self.call_hooks();
        flushed
    }

    /// Writes what is pending where a failure is followed by a rollback of everything.
    pub(crate) fn flush_before_commit(&mut self) -> Result<()> {
        self.flush_within(true)
    }

    fn flush_within(&mut self, before_commit: bool) -> Result<()> {
        if !self.map.has_pending() {
            return Ok(());
        }
        let observer = Arc::clone(&self.connections.observer);
        let (_span, began) = (spans::flush(), Instant::now());
        observer.count(Counter::Flushes, 1);
        self.counts.add_flush();
        let flushed = match self.subscribers.clone() {
            Some(subscribers) => self.flush_announced(&subscribers, before_commit),
            None => self.flush_silently(before_commit),
        };
        observer.time(Timer::Flush, began.elapsed());
        flushed
    }

    fn flush_silently(&mut self, before_commit: bool) -> Result<()> {
        let Prepared { gathered, plan } = self.prepare(false)?;
        self.carry_out(&plan, &gathered.rows, before_commit)
    }

    /// What is pending, and in which order it is written.
    pub(super) fn prepare(&self, labels: bool) -> Result<Prepared> {
        let gathered = gather(&self.map, labels)?;
        let plan = order::plan(&gathered.work).map_err(|cycle| Error::Cycle(Box::new(cycle)))?;
        Ok(Prepared { gathered, plan })
    }

    /// Executes the plan, and accepts what it wrote.
    pub(super) fn carry_out(
        &mut self,
        plan: &Plan,
        rows: &[(StoreId, u32)],
        before_commit: bool,
    ) -> Result<()> {
        if plan.is_empty() {
            self.accept();
            return Ok(());
        }
        self.learn(plan, rows)?;
        let around =
            if before_commit && !plan.may_cascade() { Around::Nothing } else { self.around(plan, rows) };
        self.attempts(plan, rows, around)?;
        self.note_rows(Written::by(plan));
        Ok(())
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

    pub(super) fn accept(&mut self) {
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
    /// A single statement is its own commit.
    committing: Option<Committing>,
    accepted: bool,
}

impl<'a, B: Backend> Attempt<'a, B> {
    fn begin(core: &'a mut Core<B>, around: Around, writes: bool) -> Result<Self> {
        let open = around == Around::Transaction;
        if open {
            core.begin(&TransactionOptions::new())?;
        }
        let is_commit = writes && !open && !core.in_transaction();
        let committing = is_commit.then(|| core.stop.commit()).transpose()?;
        Ok(Self { core, open, writes, committing, accepted: false })
    }

    fn end(mut self, executed: Result<()>) -> Result<()> {
        let committing = self.committing.take();
        if let Err(error) = executed {
            return Err(match committing {
                Some(committing) => self.core.refused(error, committing),
                None => error,
            });
        }
        if self.writes {
            self.core.note_write();
        }
        if let Some(committing) = committing {
            committing.end(true);
            self.core.outcome = Some(Outcome::Committed);
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
