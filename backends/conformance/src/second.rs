//! A second session beside a first one that holds a lock.

use diesel::connection::SimpleConnection;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Lock, Result};

use crate::Flavour;
use crate::entities::Note;

/// A session whose connection is there already: SQLite makes none while another one writes. Where a transaction waits at its
/// BEGIN, no lock says how long, and it waits for a moment only.
///
/// # Errors
///
/// What the work returns.
pub fn connected<B: Backend, R>(
    orm: &Orm<B>,
    flavour: Flavour,
    work: impl for<'s> FnOnce(&mut Session<'s, B>) -> Result<R>,
) -> Result<R> {
    orm.session(|session| {
        let connection = session.connection()?;
        if flavour.has_one_writer() {
            connection.batch_execute(flavour.impatience())?;
        }
        work(session)
    })
}

/// What a second session is answered while a first one has this lock on the note 1.
///
/// # Errors
///
/// What the second returns.
pub fn beside<B: Backend, R>(
    orm: &Orm<B>,
    flavour: Flavour,
    first: Lock,
    second: impl for<'t> FnOnce(&mut Transaction<'t, '_, B>) -> Result<R>,
) -> Result<R>
where
    Note: Entity<B>,
{
    let answer = connected(orm, flavour, |other| {
        orm.session(|session| {
            session.transaction(|tx| {
                tx.find_locked::<Note>(1, first)?.required()?;
                Ok(other.transaction(second))
            })
        })
    });
    answer.unwrap()
}

/// Of which kind a failure of the database is, if that is what it is.
pub fn kind<T>(result: &Result<T>) -> Option<FailureKind> {
    result.as_ref().err()?.failure().map(|failure| failure.kind)
}
