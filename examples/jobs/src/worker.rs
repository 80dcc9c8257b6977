//! A worker: takes a job, runs it, and writes what became of it, in one transaction.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use moored::backend::Locking;
use moored::prelude::*;
use moored::{Error, Isolation, Lock, Retry, TransactionOptions};

use crate::failure::Failure;
use crate::job::{Job, now};
use crate::state::State;
use crate::stop::Stop;

/// What a handler is given of its job.
#[derive(Clone, Debug)]
pub struct Task {
    /// The job.
    pub key: Key<Job>,
    /// Which handler runs it.
    pub kind: String,
    /// What is to be done.
    pub payload: String,
    /// How often it failed before.
    pub attempts: i32,
}

/// How far a handler came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is done.
    Done,
    /// What it did so far is to be committed, and the job goes on with this payload, when other jobs that are due had their
    /// turn.
    Continue(String),
}

type Handler<B> =
    dyn for<'t, 's> Fn(&mut Transaction<'t, 's, B>, &Task) -> Result<Progress, Failure> + Send + Sync;

/// How often a job is tried, and how long it waits in between.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The failure that is the last.
    pub attempts: i32,
    /// The wait after the first failure. It doubles with each one that follows.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 5, first: Duration::from_secs(1), longest: Duration::from_secs(3_600) }
    }
}

/// Takes jobs and runs them. One serves any number of threads, each of which has a job of its own.
pub struct Worker<B: Backend> {
    orm: Orm<B>,
    handlers: BTreeMap<&'static str, Box<Handler<B>>>,
    patience: Patience,
    retry: Retry,
    options: TransactionOptions,
    /// How long a thread sleeps that found no job.
    idle: Duration,
}

impl<B: Backend> Worker<B>
where
    Job: Entity<B>,
{
    /// A worker without handlers. The pool needs a connection for each thread that will run it. Jobs run at READ COMMITTED
    /// where the database has that level.
    #[must_use]
    pub fn new(orm: Orm<B>, patience: Patience) -> Self {
        let options = match orm.dialect().locking {
            // It has no other level than SERIALIZABLE, and one writer at a time.
            Locking::Database => TransactionOptions::new(),
            // MySQL and MariaDB lock the gaps between rows at their usual level: a worker whose job is done could not move it
            // within the index until all those have ended that took a job beside it.
            _ => TransactionOptions::new().isolation(Isolation::ReadCommitted),
        };
        let (handlers, retry, idle) = (BTreeMap::new(), Retry::default(), Duration::from_millis(50));
        Self { orm, handlers, patience, retry, options, idle }
    }

    /// Has jobs of a kind run by a handler. What it does in its transaction is done once; what it does outside of the database
    /// is done again when the job starts over, so leave that to `after_commit`, or to a row that somebody sends.
    #[must_use]
    pub fn handle(
        mut self,
        kind: &'static str,
        handler: impl for<'t, 's> Fn(&mut Transaction<'t, 's, B>, &Task) -> Result<Progress, Failure>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.handlers.insert(kind, Box::new(handler));
        self
    }

    /// Takes jobs until it is told to stop, and ends the one that it runs by then.
    pub fn run(&self, stop: &Stop) {
        while !stop.is_stopped() {
            match self.work() {
                Ok(true) => {}
                Ok(false) => sleep(self.idle),
                // The database is away, or worse. The job is where it was.
                Err(error) => {
                    eprintln!("a worker: {error}");
                    sleep(self.idle);
                }
            }
        }
    }

    /// Runs one job that is due and that no other worker has; `false` when there is none.
    ///
    /// # Errors
    ///
    /// What kept it from taking a job, or from writing that it failed. The failure of a job is none.
    pub fn work(&self) -> moored::Result<bool> {
        let mut taken = None;
        let worked = self.orm.retry(&self.retry, |session| {
            taken = None;
            session.transaction_with(self.options, |tx| {
                let due = Job::STATE.eq(State::Waiting).and(Job::RUN_AT.le(now()));
                let due = due.order(Job::RUN_AT.asc()).order(Job::ID.asc());
                let Some(job) = tx.select(due).lock(Lock::UPDATE).skip_locked().first()? else {
                    return Ok(false);
                };
                let task = taken.insert(task(&tx[&job]));
                let outcome = self.attempt(tx, task)?;
                self.write(tx.edit(&job)?, outcome);
                Ok(true)
            }) // COMMIT: what the job did, and that it is done
        });
        match (worked, taken) {
            // It was committed and the job is done, or it was not and the job waits. Either is true.
            (Err(Error::CommitUnknown { .. }), _) => Ok(true),
            (Err(error), Some(task)) => self.fail(&task, error).map(|()| true),
            (worked, _) => worked,
        }
    }

    /// Runs a job in a savepoint, so that one which fails is undone while its row stays locked.
    ///
    /// An error is one that may not happen again: the whole transaction starts over.
    fn attempt(
        &self,
        tx: &mut Transaction<'_, '_, B>,
        task: &Task,
    ) -> moored::Result<Result<Progress, Failure>> {
        let Some(handler) = self.handlers.get(&*task.kind) else {
            return Ok(Err(Failure::Refused(format!("nothing handles {:?}", task.kind))));
        };
        // A panic rolls back as an error does, and leaves the transaction around it as it was.
        let outcome = catch_unwind(AssertUnwindSafe(|| tx.try_transaction(|effects| handler(effects, task))));
        match outcome.unwrap_or_else(|panic| Err(Failure::of_panic(&*panic))) {
            Err(Failure::Moored(error)) if error.is_retryable() => Err(error),
            outcome => Ok(outcome),
        }
    }

    /// Counts a failure that took the transaction with it: a COMMIT that was refused, or a deadlock time after time.
    fn fail(&self, task: &Task, error: Error) -> moored::Result<()> {
        self.orm.retry(&self.retry, |session| {
            session.transaction(|tx| {
                let Some(job) = tx.find_locked(task.key, Lock::UPDATE)? else { return Ok(()) };
                // Somebody else may have run it by now.
                if tx[&job].state == State::Waiting && tx[&job].attempts == task.attempts {
                    let failure = Failure::Refused(error.to_string());
                    self.write(tx.edit(&job)?, Err(failure));
                }
                Ok(())
            })
        })
    }

    /// Writes into a job what became of it.
    fn write(&self, job: &mut Job, outcome: Result<Progress, Failure>) {
        match outcome {
            Ok(progress) => {
                (job.attempts, job.last_error) = (0, None);
                match progress {
                    Progress::Done => job.state = State::Done,
                    Progress::Continue(payload) => (job.payload, job.run_at) = (payload, now()),
                }
            }
            Err(failure) => {
                let Patience { attempts, first, longest } = self.patience;
                let doubled = 2_u32.saturating_pow(job.attempts.try_into().unwrap_or(0));
                job.attempts = job.attempts.saturating_add(1);
                job.run_at = after(first.saturating_mul(doubled).min(longest));
                job.last_error = Some(failure.to_string());
                if job.attempts >= attempts {
                    job.state = State::Dead;
                }
            }
        }
    }
}

fn after(wait: Duration) -> NaiveDateTime {
    let now = now();
    TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait)).unwrap_or(now)
}

fn task(job: &Job) -> Task {
    let Job { id, kind, payload, attempts, .. } = job.clone();
    Task { key: Key::new(id), kind, payload, attempts }
}

impl<B: Backend> std::fmt::Debug for Worker<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds: Vec<_> = self.handlers.keys().collect();
        f.debug_struct("Worker")
            .field("kinds", &kinds)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
