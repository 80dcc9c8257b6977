//! Units of work that start over when another writer or the network was in the way.

use std::hash::{BuildHasher, RandomState};
use std::thread::sleep;
use std::time::Duration;

use super::Orm;
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::metrics::Counter;
use crate::session::{ReadSession, Session, is_open_here};
use crate::statement::database;

/// How often a unit of work is tried, and how long to wait in between.
///
/// The wait before attempt *n* + 1 is a random time up to *first* × 2ⁿ⁻¹, and never more than the longest, so that those
/// who got in each other's way do not meet again ("full jitter": Brooker, Exponential Backoff and Jitter, AWS 2015).
///
/// ```
/// use std::time::Duration;
/// use moored::Retry;
///
/// let policy = Retry::default().attempts(8).wait(Duration::from_millis(5), Duration::from_secs(2));
/// assert_ne!(policy, Retry::default()); // five attempts; 10 ms at first, a second at most
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    attempts: u32,
    first: Duration,
    longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first: Duration::from_millis(10), longest: Duration::from_secs(1) }
    }
}

impl Retry {
    /// The most attempts, the first one included; at least one.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The longest that the first wait may take, and any.
    #[must_use]
    pub const fn wait(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Waits after so many attempts.
    fn pause(&self, attempts: u32) {
        let most =
            self.first.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(self.longest);
        // The standard library seeds each of these anew, which is random enough to keep writers apart.
        let random = RandomState::new().hash_one(attempts) >> 32;
        sleep(most.mul_f64(random as f64 / f64::from(u32::MAX)));
    }
}

impl<B: Backend> Orm<B> {
    /// Runs one unit of work, and again from its start in a fresh session when it failed with an error that
    /// [is retryable](Error::is_retryable).
    ///
    /// The work is one transaction: one flush, or one [`transaction`](crate::UnitOfWork::transaction). When anything else
    /// that it wrote stands already it is not started over, since that would be done twice; what plain Diesel does on
    /// [`connection`](crate::UnitOfWork::connection) outside of a transaction counts as such. A COMMIT whose outcome is
    /// [unknown](Error::CommitUnknown) ends it, see [`retry_verified`](Self::retry_verified).
    ///
    /// Inside a transaction that a session of this `Orm`, or of a clone of it, has open on this thread it is refused before
    /// anything is run: the unit would wait for the transaction around it, which waits for the unit. Only the whole can be
    /// retried.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let policy = moored::Retry::default();
    /// let refused = orm.session(|session| session.transaction(|_| orm.retry(&policy, |_| Ok(()))));
    /// assert!(matches!(refused, Err(moored::Error::RetryInTransaction)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What cannot be seen from here is not refused: a transaction that plain Diesel began, on
    /// [`with_connection`](Self::with_connection) or on a session's connection, or one of another `Orm` on the same database.
    /// A session around it that has no transaction open keeps its connection, so the pool needs one more; and what a session
    /// inside the work writes on its own stands, and is written again, when the work starts over.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let left = orm.retry(&moored::Retry::default(), |session| {
    ///     let book = session.find::<Book>(1)?.required()?;
    ///     session.edit(&book)?.copies -= 1;
    ///     session.flush()?;
    ///     Ok(session[&book].copies)
    /// })?;
    /// assert_eq!(left, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// That of the last attempt, and [`RetryInTransaction`](Error::RetryInTransaction).
    pub fn retry<R>(
        &self,
        policy: &Retry,
        work: impl for<'s> FnMut(&mut Session<'s, B>) -> Result<R>,
    ) -> Result<R> {
        self.repeat(policy, work, None::<fn(&mut ReadSession<'_, B>) -> Result<Option<R>>>)
    }

    /// Runs one unit of work as [`retry`](Self::retry) does, and lets `verify` look whether it was done when the
    /// connection was lost on the way of COMMIT: `Some` is its result, `None` starts it over.
    ///
    /// `verify` has to recognise the work by something that no other unit of work writes, best by a key of the client's own
    /// under a unique constraint: should the server still be committing when `verify` looks, the attempt that follows is
    /// refused instead of done twice.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let order = "order 4711"; // made once, outside
    /// let key = orm.retry_verified(
    ///     &moored::Retry::default(),
    ///     |session| {
    ///         let author = session.persist(NewAuthor::new(order))?;
    ///         session.flush()?;
    ///         let author = session.promote(&author)?;
    ///         Ok(session[&author].id)
    ///     },
    ///     |session| {
    ///         let done = session.query::<Author>(authors::table.filter(authors::name.eq(order))).first()?;
    ///         Ok(done.map(|author| session[&author].id))
    ///     },
    /// )?;
    /// assert_eq!(key, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// That of the last attempt; [`CommitUnknown`](Error::CommitUnknown) when `verify` failed as well, or when something
    /// that the work wrote before stands already; [`RetryInTransaction`](Error::RetryInTransaction).
    pub fn retry_verified<R>(
        &self,
        policy: &Retry,
        work: impl for<'s> FnMut(&mut Session<'s, B>) -> Result<R>,
        verify: impl for<'s> FnMut(&mut ReadSession<'s, B>) -> Result<Option<R>>,
    ) -> Result<R> {
        self.repeat(policy, work, Some(verify))
    }

    fn repeat<R>(
        &self,
        policy: &Retry,
        mut work: impl for<'s> FnMut(&mut Session<'s, B>) -> Result<R>,
        mut verify: Option<impl for<'s> FnMut(&mut ReadSession<'s, B>) -> Result<Option<R>>>,
    ) -> Result<R> {
        if is_open_here(&self.connections) {
            return Err(Error::RetryInTransaction);
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            let (done, stands) = self.attempt(&mut work);
            let mut error = match done {
                Err(error) if !stands => error,
                done => return done,
            };
            match (error, &mut verify) {
                (Error::CommitUnknown { source }, Some(verify)) => match self.settle(policy, verify) {
                    Some(Some(result)) => return Ok(result),
                    Some(None) => error = database::<B>(source),
                    None => return Err(Error::CommitUnknown { source }),
                },
                (retryable, _) if retryable.is_retryable() => error = retryable,
                (other, _) => return Err(other),
            }
            if attempt == policy.attempts || self.stop.is_asked() {
                return Err(error);
            }
            policy.pause(attempt);
            self.connections.observer.count(Counter::Retries, 1);
        }
    }

    /// Runs the work once. The second says whether something stands that it wrote.
    fn attempt<R>(
        &self,
        work: &mut impl for<'s> FnMut(&mut Session<'s, B>) -> Result<R>,
    ) -> (Result<R>, bool) {
        let (_seen, mut session) = self.open();
        let result = work(&mut session);
        let stands = session.stands();
        (result.and_then(|result| session.end().map(|()| result)), stands)
    }

    /// What the verification finds, if it can.
    fn settle<R>(
        &self,
        policy: &Retry,
        verify: &mut impl for<'s> FnMut(&mut ReadSession<'s, B>) -> Result<Option<R>>,
    ) -> Option<Option<R>> {
        for attempt in 1..=policy.attempts {
            policy.pause(attempt);
            match self.read_current(&mut *verify) {
                Ok(found) => return Some(found),
                Err(error) if error.is_retryable() && !self.stop.is_asked() => {}
                Err(_) => break,
            }
        }
        None
    }
}
