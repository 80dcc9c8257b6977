//! `Orm`: the database, the pool of connections, and what holds for every session.

mod builder;
#[cfg(feature = "tokio")]
mod limits;
#[cfg(feature = "migrations")]
mod migrations;
mod retry;
#[cfg(feature = "tokio")]
mod run;
mod verify;

use std::sync::Arc;

pub use builder::OrmBuilder;
#[cfg(feature = "tokio")]
pub use limits::RunLimits;
pub use retry::Retry;

use crate::backend::{Backend, Dialect};
use crate::connections::Connections;
use crate::error::{Error, Result};
use crate::event::Subscribers;
use crate::observe::Seen;
use crate::replicas::Replicas;
use crate::session::{Core, FlushMode, Own, ReadSession, Reading, Session, UnitOfWork};
use crate::stop::Stop;

/// A database to open sessions on. Cloning it is cheap and shares the pool.
pub struct Orm<B: Backend> {
    connections: Arc<Connections<B>>,
    replicas: Arc<Replicas<B>>,
    /// Those to the replicas, where there are any.
    reading: Arc<Connections<B>>,
    flush_mode: FlushMode,
    subscribers: Option<Arc<Subscribers<B>>>,
    /// Whether the unit of work that this was lent to is to end.
    stop: Stop,
    #[cfg(feature = "tokio")]
    places: limits::Places,
}

impl<B: Backend> Orm<B> {
    /// Connects with the defaults of [`OrmBuilder`]. One connection is made at once, so a wrong address fails here.
    ///
    /// # Errors
    ///
    /// [`Error::NoConnection`] with the database's reason.
    pub fn connect(url: impl Into<String>) -> Result<Self> {
        Self::builder(url).build()
    }

    /// Connects with other settings than the defaults.
    pub fn builder(url: impl Into<String>) -> OrmBuilder<B> {
        OrmBuilder::new(url.into())
    }

    /// The limits of the database behind this, and the statement shapes that measure best on it.
    #[must_use]
    pub fn dialect(&self) -> &'static Dialect {
        self.connections.database.dialect
    }

    /// Runs one unit of work. The session, and every handle of it, ends with the closure.
    ///
    /// A connection is taken from the pool at the first statement. Nothing is flushed at the end: work that was never
    /// flushed is an error, unless the closure returned one itself.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let name = orm.session(|session| {
    ///     let ursula = session.find::<Author>(1)?.required()?;
    ///     Ok(session[&ursula].name.clone())
    /// })?;
    /// assert_eq!(name, "Ursula");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the closure returns, and [`Error::Unflushed`].
    pub fn session<R>(&self, work: impl for<'s> FnOnce(&mut Session<'s, B>) -> Result<R>) -> Result<R> {
        self.try_session(work)
    }

    /// Runs one unit of work whose errors are of a type of your own. [`session`](Self::session) exists beside it
    /// because `?` cannot infer the error type through this one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// #[derive(Debug)]
    /// enum Refused {
    ///     NoCopyLeft,
    ///     Database(moored::Error),
    /// }
    ///
    /// impl From<moored::Error> for Refused {
    ///     fn from(error: moored::Error) -> Self {
    ///         Self::Database(error)
    ///     }
    /// }
    ///
    /// let lent = orm.try_session(|session| {
    ///     let book = session.find::<Book>(1)?.required()?;
    ///     if session[&book].copies == 0 {
    ///         return Err(Refused::NoCopyLeft);
    ///     }
    ///     session.edit(&book)?.copies -= 1;
    ///     session.flush()?;
    ///     Ok(())
    /// });
    /// assert!(lent.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the closure returns, and [`Error::Unflushed`].
    pub fn try_session<R, X: From<Error>>(
        &self,
        work: impl for<'s> FnOnce(&mut Session<'s, B>) -> Result<R, X>,
    ) -> Result<R, X> {
        let (_seen, mut session) = self.open();
        let result = work(&mut session)?;
        session.end()?;
        Ok(result)
    }

    fn core(&self, connections: &Arc<Connections<B>>) -> Core<B> {
        Core::new(Arc::clone(connections), self.flush_mode, self.subscribers.clone(), self.stop.clone())
    }

    /// A session, and what is told of it once it has ended.
    fn open(&self) -> (Seen, Session<'_, B>) {
        self.seen(&self.connections, Own(()), false)
    }

    fn seen<A>(
        &self,
        connections: &Arc<Connections<B>>,
        authority: A,
        reads: bool,
    ) -> (Seen, UnitOfWork<'_, B, A>) {
        let core = self.core(connections);
        let seen = Seen::session(&connections.observer, &core.counts, B::NAME, reads);
        (seen, UnitOfWork::open(core, authority))
    }

    /// Runs a unit of work that only reads: its session has no verb that writes. Where
    /// [replicas](OrmBuilder::replica) are configured, it reads from one of them, which it chooses at its first statement and
    /// keeps to its end.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let authors = orm.read(|session| session.query::<Author>(authors::table).count())?;
    /// assert_eq!(authors, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the closure returns.
    pub fn read<R>(&self, work: impl for<'s> FnOnce(&mut ReadSession<'s, B>) -> Result<R>) -> Result<R> {
        self.try_read(work)
    }

    /// Runs a unit of work that only reads and whose errors are of a type of your own.
    ///
    /// # Errors
    ///
    /// What the closure returns.
    pub fn try_read<R, X: From<Error>>(
        &self,
        work: impl for<'s> FnOnce(&mut ReadSession<'s, B>) -> Result<R, X>,
    ) -> Result<R, X> {
        let (_seen, mut session) = self.seen(&self.reading, Reading(()), true);
        work(&mut session)
    }

    /// Runs a unit of work that only reads, and from the database itself where there are replicas: it sees what was just
    /// committed.
    ///
    /// # Errors
    ///
    /// What the closure returns.
    pub fn read_current<R>(
        &self,
        work: impl for<'s> FnOnce(&mut ReadSession<'s, B>) -> Result<R>,
    ) -> Result<R> {
        self.try_read_current(work)
    }

    /// Runs a unit of work that only reads what is current, and whose errors are of a type of your own; see
    /// [`read_current`](Self::read_current).
    ///
    /// # Errors
    ///
    /// What the closure returns.
    pub fn try_read_current<R, X: From<Error>>(
        &self,
        work: impl for<'s> FnOnce(&mut ReadSession<'s, B>) -> Result<R, X>,
    ) -> Result<R, X> {
        let (_seen, mut session) = self.seen(&self.connections, Reading(()), true);
        work(&mut session)
    }

    /// Connects to every [replica](OrmBuilder::replica), and says so if one of them cannot be reached: for a start that finds
    /// out a wrong address, or for an alarm. From then on those that were reached are read from, and the others left out.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// if let Err(error) = orm.check_replicas() {
    ///     eprintln!("the database itself serves more reads than it should: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoConnection`] with the reason of the first that cannot be reached.
    pub fn check_replicas(&self) -> Result<()> {
        self.replicas.check()
    }

    /// Runs plain Diesel on a connection of the pool, outside of any session: migrations, for one.
    ///
    /// # Errors
    ///
    /// [`Error::NoConnection`], and what the closure returns.
    pub fn with_connection<R>(&self, work: impl FnOnce(&mut B::Connection) -> Result<R>) -> Result<R> {
        self.try_with_connection(work)
    }

    /// Runs plain Diesel on a connection of the pool, with errors of a type of your own; see
    /// [`with_connection`](Self::with_connection).
    ///
    /// # Errors
    ///
    /// [`Error::NoConnection`], and what the closure returns.
    pub fn try_with_connection<R, X: From<Error>>(
        &self,
        work: impl FnOnce(&mut B::Connection) -> Result<R, X>,
    ) -> Result<R, X> {
        self.stop.note_stands();
        self.stop.check()?;
        let mut checkout = self.connections.check_out()?;
        work(checkout.connection())
    }
}

impl<B: Backend> Clone for Orm<B> {
    fn clone(&self) -> Self {
        Self {
            connections: Arc::clone(&self.connections),
            replicas: Arc::clone(&self.replicas),
            reading: Arc::clone(&self.reading),
            flush_mode: self.flush_mode,
            subscribers: self.subscribers.clone(),
            stop: self.stop.clone(),
            #[cfg(feature = "tokio")]
            places: self.places.clone(),
        }
    }
}

impl<B: Backend> std::fmt::Debug for Orm<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Orm<{}>", B::NAME)
    }
}
