//! The big job: interest for every account, however many there are.

use diesel::prelude::*;
use moored::prelude::*;

use crate::failure::Failure;
use crate::schema::accounts;
use crate::worker::{Progress, Task};

/// An account.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Made by the database.
    #[entity(key, generated)]
    pub id: i32,
    /// What is on it.
    pub cents: i64,
    /// Keeps the interest from overwriting what is paid in meanwhile.
    #[entity(version)]
    pub version: i32,
}

/// How many accounts are in memory at once.
const CHUNK: u32 = 1_000;
/// How many chunks one transaction has. It bounds how long its locks are held, and how much is done again after a failure.
const CHUNKS: usize = 20;

/// Adds one per cent to the accounts after the key in the payload, chunk by chunk, as many as one transaction shall have. The
/// key that it came to is the payload with which the job goes on, and is committed together with the interest.
///
/// # Errors
///
/// A payload that is no key, and what the database reports.
pub fn interest<B: Backend>(tx: &mut Transaction<'_, '_, B>, task: &Task) -> Result<Progress, Failure>
where
    Account: Entity<B>,
{
    let mut last: i32 = task.payload.parse().map_err(|_| Failure::Refused("the payload is no key".into()))?;
    for _ in 0..CHUNKS {
        let came_to = tx.scope(|scope| {
            let chunk = Account::ID.gt(last).order(Account::ID.asc()).limit(CHUNK);
            let accounts = scope.select(chunk).all()?;
            for account in &accounts {
                let account = scope.edit(account)?;
                account.cents = account.cents.saturating_add(account.cents / 100);
            }
            scope.flush()?;
            Ok(accounts.last().map(|account| scope[account].id))
        })?; // and here the thousand accounts are forgotten
        match came_to {
            Some(key) => last = key,
            None => return Ok(Progress::Done),
        }
    }
    Ok(Progress::Continue(last.to_string()))
}

/// Opens so many accounts, a thousand at a time.
///
/// # Errors
///
/// What the database reports.
pub fn open<B: Backend>(session: &mut Session<'_, B>, mut accounts: usize) -> moored::Result<()>
where
    Account: Entity<B>,
{
    while accounts > 0 {
        let now = accounts.min(CHUNK as usize);
        session.scope(|scope| {
            for _ in 0..now {
                scope.persist(NewAccount::new(10_000))?;
            }
            scope.flush()
        })?;
        accounts -= now;
    }
    Ok(())
}
