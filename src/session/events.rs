//! A flush that calls subscribers: before its rows are planned, with the plan, and after they are written.
//!
//! 1. A checkpoint is taken in memory. Whatever fails from here on, memory goes back to it.
//! 2. Rows are announced, each once to each subscriber for each thing that happens to it, until they add no more.
//! 3. They are planned and written. Where somebody is called afterwards, a transaction or a savepoint is around all of it.
//! 4. The rows are accepted and announced once more. If that added work, all of this happens again from 2 on.

use std::mem;

use hashbrown::HashMap;

use super::core::Core;
use super::flush::Prepared;
use super::gather::Gathered;
use super::preview::FlushPlan;
use super::stores::StoreId;
use super::{FlushMode, UnitOfWork};
use crate::backend::{Backend, TransactionOptions};
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::event::{OfFlush, OfRow, RowEvent, Subscribers};
use crate::identity::Slot;
use crate::order::WriteKind;

/// How often subscribers may add to one flush before it is taken for endless.
const MOST_ROUNDS: usize = 64;

/// How a transaction ended for whoever waits for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Committed,
    RolledBack,
}

/// A row and what happens to it.
type Happening = (StoreId, u32, WriteKind);

impl<B: Backend> Core<B> {
    /// Flushes, and calls subscribers. Something may be pending.
    pub(super) fn flush_announced(
        &mut self,
        subscribers: &Subscribers<B>,
        before_commit: bool,
    ) -> Result<()> {
        let is_whole = !self.in_transaction();
        if self.happenings()?.iter().all(|&(_, _, kind)| kind == WriteKind::Expect) {
            return self.flush_unannounced(before_commit, is_whole);
        }
        let mut announced = Announced::begin(self);
        if is_whole {
            announced.core.call(&subscribers.before_commit)?;
        }
        announced.run(subscribers, before_commit)?;
        announced.end()
    }

    /// Flushes where nothing is to be written: nobody is called, of its end neither.
    fn flush_unannounced(&mut self, before_commit: bool, is_whole: bool) -> Result<()> {
        let untold = self.outcome.take();
        let Prepared { gathered, plan } = self.prepare(false)?;
        let flushed = self.carry_out(&plan, &gathered.rows, before_commit);
        if is_whole {
            self.outcome = untold;
        }
        flushed
    }

    /// Calls those who wait for the end of a transaction.
    pub(super) fn tell(&mut self, outcome: Outcome) {
        let Some(subscribers) = self.subscribers.clone() else { return };
        let calls = match outcome {
            Outcome::Committed => &subscribers.after_commit,
            Outcome::RolledBack => &subscribers.after_rollback,
        };
        for call in calls {
            call(self);
        }
    }

    /// Calls those who wait for the last flush of a transaction.
    pub(super) fn tell_before_commit(&mut self) -> Result<()> {
        match self.subscribers.clone().filter(|_| self.levels.depth() == 1) {
            Some(subscribers) => self.call(&subscribers.before_commit),
            None => Ok(()),
        }
    }

    fn call(&mut self, calls: &[OfFlush<B>]) -> Result<()> {
        calls.iter().try_for_each(|call| call(self))
    }

    /// Lends the session out, to be used with that authority; nothing is flushed meanwhile.
    pub(crate) fn lend<'e, A, R>(
        &mut self,
        authority: A,
        work: impl FnOnce(&mut UnitOfWork<'e, B, A>) -> R,
    ) -> R {
        let vacant = self.vacant();
        let core = Box::new(mem::replace(self, vacant));
        let mode = core.flush_mode;
        let mut lent = Lent { home: self, mode, inner: UnitOfWork::of(core, authority) };
        lent.inner.core.flush_mode = FlushMode::Commit;
        work(&mut lent.inner)
    }

    pub(crate) fn is_draft<E: Entity<B>>(&self, slot: u32) -> bool {
        let slot = self.map.arena::<E>().and_then(|arena| arena.slot(slot));
        matches!(slot, Some(Slot::Draft(_)))
    }

    /// Announces rows that are about to be written until no subscriber adds any.
    fn announce_before(&mut self, subscribers: &Subscribers<B>, rounds: &mut Rounds) -> Result<()> {
        // How many subscribers were called for each.
        let mut told: HashMap<Happening, usize> = HashMap::new();
        loop {
            self.load_leaving(subscribers)?;
            let mut rows = self.happenings()?;
            rows.retain(|happening| {
                // What nobody is called before counts as well: what is added after a row can be endless, too.
                told.get(happening).is_none_or(|&called| called < self.callers(subscribers, *happening).len())
            });
            if rows.is_empty() {
                return Ok(());
            }
            rounds.next()?;
            for happening in rows {
                let (id, slot, kind) = happening;
                let called = told.entry(happening).or_default();
                while let Some(call) = self.callers(subscribers, happening).get(*called) {
                    // A subscriber may have done something else with it, and the others hear of that instead. Should it
                    // happen after all, it goes on with them.
                    if self.map.get(id).and_then(|store| store.kind_of(slot)) != Some(kind) {
                        break;
                    }
                    *called += 1;
                    call(self, slot)?;
                }
            }
        }
    }

    /// Those who want to be called before it.
    fn callers<'a>(&self, subscribers: &'a Subscribers<B>, (id, _, kind): Happening) -> &'a [OfRow<B>] {
        self.map.type_of(id).map_or(&[], |entity| subscribers.of_row(entity, RowEvent::before(kind)))
    }

    fn announce(
        &mut self,
        subscribers: &Subscribers<B>,
        (id, slot): (StoreId, u32),
        event: Option<RowEvent>,
    ) -> Result<()> {
        let Some(entity) = self.map.type_of(id) else { return Ok(()) };
        subscribers.of_row(entity, event).iter().try_for_each(|call| call(self, slot))
    }

    /// Everything that the next flush does to rows.
    fn happenings(&self) -> Result<Vec<Happening>> {
        let mut happenings = Vec::new();
        for id in self.map.pending() {
            let Some(store) = self.map.get(id) else { continue };
            happenings.extend(store.gather()?.rows.iter().map(|row| (id, row.slot, row.kind)));
        }
        Ok(happenings)
    }

    /// Loads rows that are to be removed and known by their keys alone, where somebody wants to see them.
    fn load_leaving(&mut self, subscribers: &Subscribers<B>) -> Result<()> {
        for id in self.map.pending() {
            let is_seen = self.map.type_of(id).is_some_and(|entity| subscribers.sees_removals(entity));
            if !is_seen || !self.map.get(id).is_some_and(|store| store.has_leaving_references()) {
                continue;
            }
            self.run(|connection, map| {
                map.get_mut(id).map_or(Ok(()), |store| store.load_leaving(connection))
            })?;
        }
        Ok(())
    }
}

/// How often subscribers have added to a flush.
struct Rounds(usize);

impl Rounds {
    fn next(&mut self) -> Result<()> {
        self.0 += 1;
        if self.0 > MOST_ROUNDS { Err(Error::EndlessEvents { rounds: MOST_ROUNDS }) } else { Ok(()) }
    }
}

/// A flush that calls subscribers, on its way. Unless it goes through it is undone, in the database and in memory.
struct Announced<'a, B: Backend> {
    core: &'a mut Core<B>,
    /// How many hooks waited for a commit when it began.
    hooks: usize,
    /// Whether a transaction or a savepoint is around it.
    open: bool,
    done: bool,
}

impl<'a, B: Backend> Announced<'a, B> {
    fn begin(core: &'a mut Core<B>) -> Self {
        core.map.open_checkpoint();
        let hooks = core.levels.hooks();
        Self { core, hooks, open: false, done: false }
    }

    fn run(&mut self, subscribers: &Subscribers<B>, before_commit: bool) -> Result<()> {
        let mut rounds = Rounds(0);
        self.core.call(&subscribers.before_flush)?;
        loop {
            self.core.announce_before(subscribers, &mut rounds)?;
            let plan = self.core.prepare(!subscribers.on_flush.is_empty())?;
            if !plan.gathered.rows.is_empty() {
                self.write(subscribers, plan, before_commit)?;
            }
            if self.core.happenings()?.is_empty() {
                break;
            }
        }
        self.core.accept();
        self.core.call(&subscribers.after_flush)
    }

    /// Writes what is prepared, and announces what was written.
    fn write(&mut self, subscribers: &Subscribers<B>, prepared: Prepared, before_commit: bool) -> Result<()> {
        let Prepared { gathered: Gathered { work, rows }, plan } = prepared;
        let shown = FlushPlan { plan, work };
        for call in &subscribers.on_flush {
            call(self.core, &shown)?;
        }
        let kinds = shown.work.writes.iter().map(|write| write.kind);
        let happenings: Vec<Happening> =
            rows.iter().zip(kinds).map(|(&(id, slot), kind)| (id, slot, kind)).collect();
        let is_followed = happenings.iter().any(|&(id, _, kind)| {
            let entity = self.core.map.type_of(id);
            entity.is_some_and(|entity| !subscribers.of_row(entity, RowEvent::after(kind)).is_empty())
        });
        // The flush before COMMIT fails together with everything.
        let needs_transaction = is_followed || !subscribers.after_flush.is_empty();
        if needs_transaction && !self.open && !before_commit {
            self.core.begin(&TransactionOptions::new())?;
            self.open = true;
        }
        self.core.carry_out(&shown.plan, &rows, before_commit)?;
        for (id, slot, kind) in happenings {
            self.core.announce(subscribers, (id, slot), RowEvent::after(kind))?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<()> {
        if self.open {
            // Refused or not, it is over.
            self.open = false;
            self.core.commit()?;
        }
        self.done = true;
        self.core.map.drop_checkpoint();
        Ok(())
    }
}

impl<B: Backend> Drop for Announced<'_, B> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        if self.open {
            self.core.rollback();
        }
        self.core.levels.forget_hooks(self.hooks);
        self.core.map.restore_checkpoint();
    }
}

/// A session on loan to a subscriber. Whatever happens, it comes back.
struct Lent<'a, 'e, B: Backend, A> {
    home: &'a mut Core<B>,
    mode: FlushMode,
    inner: UnitOfWork<'e, B, A>,
}

impl<B: Backend, A> Drop for Lent<'_, '_, B, A> {
    fn drop(&mut self) {
        self.inner.core.flush_mode = self.mode;
        mem::swap(self.home, &mut *self.inner.core);
    }
}
