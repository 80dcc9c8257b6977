//! The settings of an `Orm`.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::Instrumentation;

use super::Orm;
#[cfg(feature = "tokio")]
use super::limits::{Places, RunLimits};
use crate::backend::Backend;
use crate::connections::Connections;
use crate::error::Result;
use crate::event::{Events, Subscribers};
use crate::metrics::Metrics;
use crate::observe::Observer;
use crate::pool::{Pool, PoolSettings};
use crate::replicas::Replicas;
use crate::session::FlushMode;
use crate::stop::Stop;

/// The settings of an [`Orm`].
///
/// Defaults: ten connections, thirty seconds to wait for one, connections idle for a minute are tested before they are
/// handed out, five hundred prepared statements a connection, a replica that is down asked again after ten seconds,
/// [`FlushMode::Auto`].
pub struct OrmBuilder<B: Backend> {
    pool: PoolSettings<B>,
    replicas: Vec<String>,
    replica_recheck: Duration,
    flush_mode: FlushMode,
    subscribers: Option<Subscribers<B>>,
    observer: Observer,
    #[cfg(feature = "tokio")]
    limits: RunLimits,
    #[cfg(feature = "tokio")]
    run_at_once: Option<usize>,
}

impl<B: Backend> OrmBuilder<B> {
    pub(super) fn new(url: String) -> Self {
        let pool = PoolSettings {
            url,
            options: B::Options::default(),
            size: 10,
            checkout_timeout: Duration::from_secs(30),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            test_after_idle: Duration::from_secs(60),
            statement_cache: 500,
            instrument: None,
            observer: Arc::default(),
        };
        Self {
            pool,
            replicas: Vec::new(),
            replica_recheck: Duration::from_secs(10),
            flush_mode: FlushMode::Auto,
            subscribers: None,
            observer: Observer::default(),
            #[cfg(feature = "tokio")]
            limits: RunLimits::new(),
            #[cfg(feature = "tokio")]
            run_at_once: None,
        }
    }

    /// What the backend lets be set: SQLite's pragmas, for one.
    #[must_use]
    pub fn options(mut self, options: B::Options) -> Self {
        self.pool.options = options;
        self
    }

    /// The most connections at a time; at least one.
    #[must_use]
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool.size = connections.max(1);
        self
    }

    /// How long a session waits for a connection before it is [`NoConnection`](crate::Error::NoConnection).
    #[must_use]
    pub fn checkout_timeout(mut self, timeout: Duration) -> Self {
        self.pool.checkout_timeout = timeout;
        self
    }

    /// How old a connection may get; `None` for any age.
    #[must_use]
    pub fn max_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.pool.max_lifetime = lifetime;
        self
    }

    /// A connection that sat idle for longer is tested, with one round trip, before a session gets it; one that was idle when
    /// another was lost is tested as well.
    #[must_use]
    pub fn test_after_idle(mut self, idle: Duration) -> Self {
        self.pool.test_after_idle = idle;
        self
    }

    /// How many prepared statements a connection keeps. When there are more, all of them are dropped and those still in use
    /// are prepared again: a server has a limit for all its connections together, MySQL one of 16,382.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.pool.statement_cache = statements;
        self
    }

    /// When sessions flush by themselves.
    #[must_use]
    pub fn flush_mode(mut self, mode: FlushMode) -> Self {
        self.flush_mode = mode;
        self
    }

    /// Adds a copy of the database, kept up to date by the servers, for [`Orm::read`] to read from. It has a pool of its own,
    /// with the settings of this one.
    ///
    /// A copy lags behind: what was just committed may not be there yet. Sessions that write read from the database itself,
    /// and so does [`Orm::read_current`].
    ///
    /// Where there are several, read sessions take turns. A session passes on
    ///
    /// - from one all of whose connections are lent, to the next. If all are busy, it waits for the first as long as
    ///   [`checkout_timeout`](Self::checkout_timeout) says;
    /// - from one that refuses, or does not answer in that time, to the next, and this one is left out for as long as
    ///   [`replica_recheck`](Self::replica_recheck) says. After that it is asked again, and nobody waits for the answer.
    ///
    /// When none has a connection to give, the session reads from the database itself. An [instrumentation](Self::instrument)
    /// is told of each connection that could not be made. A connection that is lost under way is an error of the session
    /// that had it; those that sat idle beside it are tested before they are lent again.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// let orm = Orm::<Sqlite>::builder(":memory:").replica("/no/such/folder/copy.sqlite").build()?;
    /// assert!(orm.check_replicas().is_err());
    /// # orm.with_connection(|connection| {
    /// #     diesel::sql_query("CREATE TABLE books (id, title, author_id, editor_id, copies)").execute(connection)?;
    /// #     Ok(())
    /// # })?;
    /// let books = orm.read(|session| session.query::<Book>(books::table).count())?;
    /// assert_eq!(books, 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn replica(mut self, url: impl Into<String>) -> Self {
        self.replicas.push(url.into());
        self
    }

    /// Registers code that is called when a session writes, see [`event`](crate::event). May be said several times.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// let library = Orm::<Sqlite>::builder(":memory:")
    ///     .subscribe(|events| {
    ///         events.after_commit(|_| println!("something was written"));
    ///     })
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn subscribe(mut self, register: impl FnOnce(&mut Events<'_, B>)) -> Self {
        register(&mut Events { subscribers: self.subscribers.get_or_insert_with(Subscribers::new) });
        self
    }

    /// How long a [replica](Self::replica) that could not be reached is left out before it is asked again.
    #[must_use]
    pub fn replica_recheck(mut self, pause: Duration) -> Self {
        self.replica_recheck = pause;
        self
    }

    /// Gives every connection an instrumentation of Diesel's, such as a [`StatementLog`](crate::StatementLog). It is told of
    /// the making of the connection too, also when that failed.
    #[must_use]
    pub fn instrument<I: Instrumentation>(mut self, make: impl Fn() -> I + Send + Sync + 'static) -> Self {
        self.pool.instrument = Some(Arc::new(move || Box::new(make())));
        self
    }

    /// Counts and times what sessions do, see [`Metrics`]. The last one that is said is told.
    #[must_use]
    pub fn metrics(mut self, metrics: impl Metrics) -> Self {
        self.observer.metrics = Some(Arc::new(metrics));
        self
    }

    /// Statements that take that long or longer are slow: they are counted as such, and with the feature `tracing` each is an
    /// event at level WARN, with its text and without its values. By default none is slow.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// use std::time::Duration;
    ///
    /// let orm = Orm::<Sqlite>::builder(":memory:").slow_statements(Duration::from_millis(200)).build()?;
    /// # drop(orm);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn slow_statements(mut self, from: Duration) -> Self {
        self.observer.slow = Some(from);
        self
    }

    /// Whether the events of `tracing` show the values of statements behind their texts. They do not by default: values are
    /// what a log must not have, names and passwords among them.
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn trace_values(mut self, shown: bool) -> Self {
        self.observer.shows_values = shown;
        self
    }

    /// How long [`Orm::run`] waits.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn run_limits(mut self, limits: RunLimits) -> Self {
        self.limits = limits;
        self
    }

    /// How many units of work [`Orm::run`] lets run at once; at least one. By default as many as there are connections, so that
    /// none of them keeps a thread waiting for one. Units that take a second connection, by
    /// [`requires_new`](crate::UnitOfWork::requires_new) or a session inside of theirs, want fewer.
    ///
    /// Those that only read have as many places again for each [replica](Self::replica), instead of these.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn run_at_once(mut self, units: usize) -> Self {
        self.run_at_once = Some(units.max(1));
        self
    }

    /// Connects. One connection to the database itself is made at once, so a wrong address fails here; those of replicas are
    /// connected to when they are first read from, or by [`Orm::check_replicas`].
    ///
    /// # Errors
    ///
    /// [`NoConnection`](crate::Error::NoConnection) with the database's reason.
    pub fn build(mut self) -> Result<Orm<B>> {
        self.pool.observer = Arc::new(self.observer);
        let of = |url| Pool::open(PoolSettings { url, ..self.pool.clone() });
        let replicas = self.replicas.into_iter().map(of).collect::<Result<Vec<_>>>()?;
        #[cfg(feature = "tokio")]
        let places = {
            let at_once = self.run_at_once.unwrap_or(self.pool.size as usize);
            Places::new(at_once, replicas.len(), self.limits, self.pool.checkout_timeout)
        };
        let primary = Pool::open(self.pool)?;
        primary.try_address()?;
        let replicas = Arc::new(Replicas::new(replicas, self.replica_recheck));
        let connections = Connections::to(Arc::new(primary));
        Ok(Orm {
            reading: Arc::new(connections.or_to(Arc::clone(&replicas))),
            connections: Arc::new(connections),
            replicas,
            flush_mode: self.flush_mode,
            subscribers: self.subscribers.map(Arc::new),
            stop: Stop::default(),
            #[cfg(feature = "tokio")]
            places,
        })
    }
}

impl<B: Backend> std::fmt::Debug for OrmBuilder<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("OrmBuilder")
            .field("backend", &B::NAME)
            .field("pool_size", &self.pool.size)
            .field("replicas", &self.replicas.len())
            .finish_non_exhaustive()
    }
}
