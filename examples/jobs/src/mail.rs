//! The small job: a mail to one address.

use diesel::prelude::*;
use moored::prelude::*;

use crate::failure::Failure;
use crate::job::Job;
use crate::schema::mails;
use crate::worker::{Progress, Task};

/// A mail that is to go out, written in the transaction of its job. `examples/events` has an outbox that sends them.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = mails)]
pub struct Mail {
    /// Made by the database.
    #[entity(key, generated)]
    pub id: i32,
    /// The job that wrote it.
    #[entity(belongs_to = Job)]
    pub job_id: Key<Job>,
    /// Where it goes.
    pub address: String,
}

/// Writes the mail of a job whose payload is its address.
///
/// # Errors
///
/// An address that is none.
pub fn welcome<B: Backend>(uow: &mut UnitOfWork<'_, B>, task: &Task) -> Result<Progress, Failure>
where
    Job: Entity<B>,
    Mail: Entity<B>,
{
    uow.persist(NewMail::new(task.key, task.payload.clone()))?;
    if !task.payload.contains('@') {
        return Err(Failure::Refused(format!("{:?} is no address", task.payload)));
    }
    Ok(Progress::Done)
}
