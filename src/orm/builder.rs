//! The settings of an `Orm`.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::Instrumentation;

use super::Orm;
use crate::backend::Backend;
use crate::error::Result;
use crate::event::{Events, Subscribers};
use crate::pool::{Pool, PoolSettings};
use crate::session::FlushMode;

/// The settings of an [`Orm`].
///
/// Defaults: ten connections, thirty seconds to wait for one, connections idle for a minute are tested before they are
/// handed out, five hundred prepared statements a connection, [`FlushMode::Auto`].
pub struct OrmBuilder<B: Backend> {
    pool: PoolSettings<B>,
    replicas: Vec<String>,
    flush_mode: FlushMode,
    subscribers: Option<Subscribers<B>>,
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
        };
        Self { pool, replicas: Vec::new(), flush_mode: FlushMode::Auto, subscribers: None }
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

    /// A connection that sat idle for longer is tested, with one round trip, before a session gets it.
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
    /// Where there are several, read sessions take turns; one that gives no connection in the time configured is
    /// [`NoConnection`](crate::Error::NoConnection), and the next session reads from the next. A copy lags behind: what was just committed may not be there yet.
    /// Sessions that write read from the database itself, and so does [`Orm::read_current`].
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

    /// Gives every connection an instrumentation of Diesel's, such as a [`StatementLog`](crate::StatementLog).
    #[must_use]
    pub fn instrument<I: Instrumentation>(mut self, make: impl Fn() -> I + Send + Sync + 'static) -> Self {
        self.pool.instrument = Some(Arc::new(move || Box::new(make())));
        self
    }

    /// Connects. One connection to each address is made at once, so a wrong one fails here.
    ///
    /// # Errors
    ///
    /// [`NoConnection`](crate::Error::NoConnection) with the database's reason.
    pub fn build(self) -> Result<Orm<B>> {
        let of = |url| Pool::open(PoolSettings { url, ..self.pool.clone() }).map(Arc::new);
        let replicas = self.replicas.into_iter().map(of).collect::<Result<_>>()?;
        Ok(Orm::over(Pool::open(self.pool)?, replicas, self.flush_mode, self.subscribers.map(Arc::new)))
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
