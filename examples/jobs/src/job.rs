//! A job: a row that says what is to be done, and what became of it.

use chrono::{NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;
use moored::prelude::*;

use crate::schema::jobs;
use crate::state::State;

/// A job.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = jobs)]
pub struct Job {
    /// Made by the database.
    #[entity(key, generated)]
    pub id: i32,
    /// Which handler runs it.
    pub kind: String,
    /// What the handler is given.
    pub payload: String,
    /// Not before.
    pub run_at: NaiveDateTime,
    /// How often it failed in a row.
    pub attempts: i32,
    /// Where it stands.
    pub state: State,
    /// Why it failed last.
    pub last_error: Option<String>,
}

/// Adds a job to the unit of work of whoever wants it done: it is there if that is committed, and only then.
///
/// # Errors
///
/// As [`persist`](UnitOfWork::persist).
pub fn enqueue<'s, B: Backend>(
    uow: &mut UnitOfWork<'s, B>,
    kind: &str,
    payload: impl Into<String>,
) -> moored::Result<Handle<'s, Job, New>>
where
    Job: Entity<B>,
{
    uow.persist(NewJob::new(kind, payload, now(), 0, State::Waiting))
}

/// The present moment, as the databases keep it.
#[must_use]
pub fn now() -> NaiveDateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
}
