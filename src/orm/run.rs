//! Units of work from async code: on a thread that may block, as many as there are connections, each with a time to end.

use std::future::Future;
use std::panic::resume_unwind;

use tokio::task::{JoinError, spawn_blocking};
use tokio::time::{timeout, timeout_at};

use super::{Orm, RunLimits};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::observe::spans;
use crate::session::{ReadSession, Session};
use crate::stop::Stop;

impl<B: Backend> Orm<B> {
    /// Runs one unit of work from async code: `work` runs in a session, as [`session`](Self::session) runs it, on a thread of
    /// tokio's that may block. It begins when the future is first polled.
    ///
    /// What is lent to it has to be its own: it `move`s in what it needs, and gives back values, never handles.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let title = orm
    ///     .run(|session| {
    ///         let book = session.find::<Book>(1)?.required()?;
    ///         session.edit(&book)?.copies -= 1;
    ///         session.flush()?;
    ///         Ok(session[&book].title.clone())
    ///     })
    ///     .await?;
    /// assert_eq!(title, "A Wizard of Earthsea");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// - **Back-pressure.** It waits for a place, of which there are as many as connections
    ///   ([`run_at_once`](crate::OrmBuilder::run_at_once)), in the order of arrival and without a thread. Whoever does not get one
    ///   in [`RunLimits::wait`] is [`Busy`](Error::Busy), and nothing was begun.
    /// - **Time-out.** With [`RunLimits::timeout`], the unit is asked to stop when its time is over. It is refused its next
    ///   statement, and every COMMIT: what it has open is rolled back, and nothing of it is written from then on. A statement
    ///   that is on its way is not interrupted; its thread, its place and its connection are free when the database answers.
    /// - **Cancellation.** When the future is dropped, because a client left or a `select!` went another way, the unit is asked to
    ///   stop in the same way, and nobody is told.
    /// - **Spans.** With the feature `tracing`, the unit runs in the span that the future is polled in.
    ///
    /// What the caller of a unit that ran out of time knows:
    ///
    /// | when the time is over | it gets |
    /// |---|---|
    /// | it waits for a place | [`Busy`](Error::Busy), at once |
    /// | nothing is committed | [`TimedOut`](Error::TimedOut) that may not stand, at once: nothing was or will be written |
    /// | a COMMIT is on its way, or something is committed already | the outcome of the unit, as if in time, if it ends within [`RunLimits::commit_wait`]; otherwise `TimedOut`, which says whether something may stand |
    ///
    /// A single statement outside of a transaction is its own COMMIT. Plain Diesel that was handed the connection outside of a
    /// transaction counts as committed, since what it does cannot be seen; inside one it must not commit by itself.
    ///
    /// # Errors
    ///
    /// As [`session`](Self::session); [`Error::Busy`], [`Error::TimedOut`]. Inside of `work`, every verb that needs the
    /// database can be [`Error::TimedOut`] or [`Error::Cancelled`].
    ///
    /// # Panics
    ///
    /// With the panic of `work`, once its session is rolled back; and outside of a tokio runtime whose time is enabled.
    pub fn run<R, W>(&self, work: W) -> impl Future<Output = Result<R>> + Send + use<R, W, B>
    where
        R: Send + 'static,
        W: for<'s> FnOnce(&mut Session<'s, B>) -> Result<R> + Send + 'static,
    {
        self.try_run(work)
    }

    /// Runs one unit of work from async code with errors of a type of your own; see [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    pub fn try_run<R, X, W>(&self, work: W) -> impl Future<Output = Result<R, X>> + Send + use<R, X, W, B>
    where
        R: Send + 'static,
        X: From<Error> + Send + 'static,
        W: for<'s> FnOnce(&mut Session<'s, B>) -> Result<R, X> + Send + 'static,
    {
        blocking(self.clone(), false, |orm| orm.try_session(work))
    }

    /// Runs one unit of work that only reads from async code: as [`read`](Self::read) and [`run`](Self::run).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let authors = orm.run_read(|session| session.query::<Author>(authors::table).count()).await?;
    /// assert_eq!(authors, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    pub fn run_read<R, W>(&self, work: W) -> impl Future<Output = Result<R>> + Send + use<R, W, B>
    where
        R: Send + 'static,
        W: for<'s> FnOnce(&mut ReadSession<'s, B>) -> Result<R> + Send + 'static,
    {
        self.try_run_read(work)
    }

    /// Runs one unit of work that only reads from async code, with errors of a type of your own; see
    /// [`run_read`](Self::run_read).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    pub fn try_run_read<R, X, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<R, X>> + Send + use<R, X, W, B>
    where
        R: Send + 'static,
        X: From<Error> + Send + 'static,
        W: for<'s> FnOnce(&mut ReadSession<'s, B>) -> Result<R, X> + Send + 'static,
    {
        blocking(self.clone(), true, |orm| orm.try_read(work))
    }

    /// Runs what needs more than one session from async code, [`retry`](Self::retry) for one: `work` gets an `Orm` all of
    /// whose sessions stop when this is to stop, see [`run`](Self::run). It is good until this returns.
    ///
    /// All of it has one place, and the time is for the whole.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// use moored::Retry;
    ///
    /// let left = orm
    ///     .run_blocking(|orm| {
    ///         orm.retry(&Retry::default(), |session| {
    ///             let book = session.find::<Book>(1)?.required()?;
    ///             session.edit(&book)?.copies -= 1;
    ///             session.flush()?;
    ///             Ok(session[&book].copies)
    ///         })
    ///     })
    ///     .await?;
    /// assert_eq!(left, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What `work` returns; [`Error::Busy`], [`Error::TimedOut`].
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    pub fn run_blocking<R, W>(&self, work: W) -> impl Future<Output = Result<R>> + Send + use<R, W, B>
    where
        R: Send + 'static,
        W: FnOnce(&Self) -> Result<R> + Send + 'static,
    {
        self.try_run_blocking(work)
    }

    /// Runs what needs more than one session from async code, with errors of a type of your own; see
    /// [`run_blocking`](Self::run_blocking).
    ///
    /// # Errors
    ///
    /// As [`run_blocking`](Self::run_blocking).
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    pub fn try_run_blocking<R, X, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<R, X>> + Send + use<R, X, W, B>
    where
        R: Send + 'static,
        X: From<Error> + Send + 'static,
        W: FnOnce(&Self) -> Result<R, X> + Send + 'static,
    {
        blocking(self.clone(), false, work)
    }

    /// The same database, pool and places, with other limits for [`run`](Self::run): for a route that may take longer, or must
    /// not.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// use std::time::Duration;
    /// use moored::RunLimits;
    ///
    /// let hurried = orm.with_run_limits(RunLimits::new().timeout(Duration::from_millis(50)));
    /// let late = hurried
    ///     .run(|session| {
    ///         session.persist(NewAuthor::new("Octavia"))?;
    ///         std::thread::sleep(Duration::from_millis(200));
    ///         session.flush()
    ///     })
    ///     .await;
    /// assert!(matches!(late, Err(moored::Error::TimedOut { may_stand: false })));
    /// assert_eq!(orm.run_read(|session| session.query::<Author>(authors::table).count()).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_run_limits(&self, limits: RunLimits) -> Self {
        let mut other = self.clone();
        other.places.limits = limits;
        other
    }
}

/// Asks a unit of work to stop when nobody waits for it any more. One that has ended does not mind.
struct Waiting(Stop);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

async fn blocking<B, R, X, W>(mut orm: Orm<B>, reads: bool, work: W) -> Result<R, X>
where
    B: Backend,
    R: Send + 'static,
    X: From<Error> + Send + 'static,
    W: FnOnce(&Orm<B>) -> Result<R, X> + Send + 'static,
{
    let limits = orm.places.limits;
    let deadline = limits.deadline();
    let place = orm.places.take(reads, deadline).await?;
    let stop = Stop::new();
    let waiting = Waiting(stop.clone());
    orm.stop = stop;
    let span = spans::carry();
    let mut unit = spawn_blocking(move || {
        // Until its connection is back: dropped after all else.
        let _place = place;
        span.within(|| {
            orm.stop.check()?;
            work(&orm)
        })
    });
    let Some(deadline) = deadline else { return ended(unit.await) };
    if let Ok(joined) = timeout_at(deadline, &mut unit).await {
        return ended(joined);
    }
    if waiting.0.time_out()
        && let Ok(joined) = timeout(limits.commit_wait, unit).await
    {
        return ended(joined);
    }
    Err(X::from(waiting.0.timed_out()))
}

/// What a unit of work came to.
fn ended<R, X: From<Error>>(joined: Result<Result<R, X>, JoinError>) -> Result<R, X> {
    match joined.map_err(JoinError::try_into_panic) {
        Ok(result) => result,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime was shut down before it began.
        Err(Err(_)) => Err(X::from(Error::Cancelled { may_stand: false })),
    }
}
