//! The pool: r2d2 over Diesel connections, each tested only after it sat idle, none handed on mid-transaction.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::{
    Connection, Instrumentation, InstrumentationEvent, TransactionManager, TransactionManagerStatus,
};
use diesel::result::ConnectionError;

use crate::backend::{Backend, FailureKind};
use crate::error::{Error, Result};
use crate::observe::{Counts, Observer};
use crate::watch::Watch;

/// The connections to one address.
pub(crate) struct Pool<B: Backend> {
    maker: Arc<Maker<B>>,
    connections: r2d2::Pool<Manager<B>>,
    timeout: Duration,
}

/// What a pool is made from.
#[derive(Clone)]
pub(crate) struct PoolSettings<B: Backend> {
    pub(crate) url: String,
    pub(crate) options: B::Options,
    pub(crate) size: u32,
    pub(crate) checkout_timeout: Duration,
    pub(crate) max_lifetime: Option<Duration>,
    pub(crate) test_after_idle: Duration,
    pub(crate) statement_cache: usize,
    pub(crate) instrument: Option<Instrument>,
    pub(crate) observer: Arc<Observer>,
}

/// Makes the instrumentation of a new connection.
pub(crate) type Instrument = Arc<dyn Fn() -> Box<dyn Instrumentation> + Send + Sync>;

fn refused(reason: &impl std::fmt::Display) -> Error {
    Error::NoConnection { reason: reason.to_string().into() }
}

impl<B: Backend> Pool<B> {
    /// A pool without a connection, and without asking for one.
    pub(crate) fn open(settings: PoolSettings<B>) -> Result<Self> {
        let source = Arc::new(B::open(&settings.url, settings.options).map_err(|error| refused(&error))?);
        let maker = Arc::new(Maker {
            source,
            url: settings.url,
            instrument: settings.instrument,
            observer: settings.observer,
            statement_cache: settings.statement_cache,
            ready: Mutex::default(),
            making: AtomicUsize::new(0),
            lost: Lost::default(),
        });
        let manager = Manager { maker: Arc::clone(&maker), test_after_idle: settings.test_after_idle };
        let connections = r2d2::Pool::builder()
            .max_size(settings.size)
            .min_idle(Some(0))
            .max_lifetime(settings.max_lifetime)
            .connection_timeout(settings.checkout_timeout)
            .build(manager)
            .map_err(|error| refused(&error))?;
        Ok(Self { maker, connections, timeout: settings.checkout_timeout })
    }

    /// What the connections are made from.
    pub(crate) fn source(&self) -> &Arc<B::Source> {
        &self.maker.source
    }

    /// Who is told of what they do.
    pub(crate) fn observer(&self) -> &Arc<Observer> {
        &self.maker.observer
    }

    /// Makes a connection beside those of the pool and closes it. r2d2 would retry a wrong address until its time-out;
    /// asked directly, the database says what is wrong.
    pub(crate) fn try_address(&self) -> Result<()> {
        self.maker.make().map(drop).map_err(|error| refused(&error))
    }

    /// A connection, waited for as long as is configured.
    pub(crate) fn check_out(&self) -> Result<Checkout<B>> {
        self.connections.get().map(Checkout::of).map_err(|error| refused(&error))
    }

    /// A connection that is idle.
    pub(crate) fn check_out_idle(&self) -> Option<Checkout<B>> {
        self.connections.try_get().map(Checkout::of)
    }

    /// Whether it has one that was made for it, and has not taken it yet.
    pub(crate) fn has_ready(&self) -> bool {
        !self.maker.ready().is_empty()
    }

    /// A place for one connection more, if it may have that.
    pub(crate) fn place(&self) -> Option<Place<B>> {
        let (has, most) = self.connections_of_most();
        let one_more = |making: usize| (has + making < most).then_some(making + 1);
        self.maker.making.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Place(Arc::clone(&self.maker)))
    }

    /// Makes a connection, which nobody waits for longer than is configured. Unlike with r2d2's own, an address that refuses
    /// is found out at once.
    pub(crate) fn make(&self, place: Place<B>) -> Result<Made<B>> {
        let (send, receive) = channel();
        let making = move || {
            let made = place.0.make();
            drop(place);
            // Whoever waited may have given up.
            let _ = send.send(made);
        };
        thread::Builder::new().spawn(making).map_err(|error| refused(&error))?;
        match receive.recv_timeout(self.timeout) {
            Ok(made) => made.map(Made).map_err(|error| refused(&error)),
            Err(RecvTimeoutError::Timeout) => Err(refused(&"none could be made in the time configured")),
            Err(RecvTimeoutError::Disconnected) => Err(refused(&"a panic interrupted the making of one")),
        }
    }

    /// Has the pool take a connection when it is about to make its next. If it has made enough meanwhile, this one is closed.
    pub(crate) fn add(&self, Made(connection): Made<B>) {
        let (has, most) = self.connections_of_most();
        if has < most {
            self.maker.ready().push(connection);
        }
    }

    fn connections_of_most(&self) -> (usize, usize) {
        let has = self.connections.state().connections as usize + self.maker.ready().len();
        (has, self.connections.max_size() as usize)
    }
}

/// A place in a pool for a connection that is about to be made. Those that hang take one each, so there are never more.
pub(crate) struct Place<B: Backend>(Arc<Maker<B>>);

impl<B: Backend> Drop for Place<B> {
    fn drop(&mut self) {
        self.0.making.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that no pool has yet.
pub(crate) struct Made<B: Backend>(Pooled<B>);

/// A connection on loan. It goes back to the pool when it is dropped, unless it was given up.
pub(crate) struct Checkout<B: Backend> {
    pooled: r2d2::PooledConnection<Manager<B>>,
    /// How many statements the connection had sent before.
    sent: u64,
    counts: Option<Arc<Counts>>,
}

impl<B: Backend> Checkout<B> {
    fn of(pooled: r2d2::PooledConnection<Manager<B>>) -> Self {
        Self { sent: pooled.watch.statements(), pooled, counts: None }
    }

    /// The same, with its statements counted there once it goes back.
    pub(crate) fn counted(mut self, counts: &Arc<Counts>) -> Self {
        self.counts = Some(Arc::clone(counts));
        self
    }

    pub(crate) fn connection(&mut self) -> &mut B::Connection {
        &mut self.pooled.connection
    }

    /// Drops all prepared statements when there are more than the connection may keep.
    pub(crate) fn bound_statements(&mut self) -> QueryResult<()> {
        let Pooled { connection, watch, statement_cache, .. } = &mut *self.pooled;
        if watch.has_prepared_more_than(*statement_cache) {
            B::forget_statements(connection)?;
            watch.forget_prepared();
        }
        Ok(())
    }

    /// The failure that ended a transaction of this connection since this was last asked, seen by its caller or not.
    pub(crate) fn take_ended(&mut self) -> Option<FailureKind> {
        self.pooled.watch.take_ended()
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.pooled.given_up
    }

    /// Keeps the connection out of the pool when it comes back.
    pub(crate) fn give_up(&mut self) {
        self.pooled.given_up = true;
    }

    /// Does the same with one that was lost. Others that are idle may have gone with it, and are tested.
    pub(crate) fn give_up_lost(&mut self) {
        self.give_up();
        *self.pooled.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl<B: Backend> Drop for Checkout<B> {
    fn drop(&mut self) {
        if let Some(counts) = &self.counts {
            counts.add_statements(self.pooled.watch.statements() - self.sent);
        }
    }
}

/// A connection in the pool.
pub(crate) struct Pooled<B: Backend> {
    connection: B::Connection,
    watch: Watch,
    statement_cache: usize,
    idle_since: Instant,
    given_up: bool,
    lost: Lost,
}

/// When a connection of the pool was last lost.
type Lost = Arc<Mutex<Option<Instant>>>;

/// Makes connections.
struct Maker<B: Backend> {
    source: Arc<B::Source>,
    url: String,
    instrument: Option<Instrument>,
    observer: Arc<Observer>,
    statement_cache: usize,
    /// Made already, for the pool to take.
    ready: Mutex<Vec<Pooled<B>>>,
    /// How many are being made beside r2d2.
    making: AtomicUsize,
    lost: Lost,
}

impl<B: Backend> Maker<B> {
    fn make(&self) -> Result<Pooled<B>, PoolError> {
        let mut own = self.instrument.as_ref().map(|instrument| instrument());
        let mut tell = |event: InstrumentationEvent<'_>| {
            if let Some(own) = &mut own {
                own.on_connection_event(event);
            }
        };
        tell(InstrumentationEvent::start_establish_connection(&self.url));
        let established = B::establish(&self.source);
        tell(InstrumentationEvent::finish_establish_connection(&self.url, established.as_ref().err()));
        let mut connection = established?;
        let watch = Watch::default();
        connection.set_instrumentation(watch.beside::<B>(own, Arc::clone(&self.observer)));
        Ok(Pooled {
            connection,
            watch,
            statement_cache: self.statement_cache,
            idle_since: Instant::now(),
            given_up: false,
            lost: Arc::clone(&self.lost),
        })
    }

    fn ready(&self) -> MutexGuard<'_, Vec<Pooled<B>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes and checks connections for r2d2.
struct Manager<B: Backend> {
    maker: Arc<Maker<B>>,
    test_after_idle: Duration,
}

/// Why r2d2 could not have a connection.
#[derive(Debug, thiserror::Error)]
enum PoolError {
    #[error(transparent)]
    Connect(#[from] ConnectionError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

impl<B: Backend> r2d2::ManageConnection for Manager<B> {
    type Connection = Pooled<B>;
    type Error = PoolError;

    fn connect(&self) -> Result<Pooled<B>, PoolError> {
        let ready = self.maker.ready().pop();
        ready.map_or_else(|| self.maker.make(), Ok)
    }

    /// Called at every check-out; a round trip only for what sat idle, or may have been lost with another.
    fn is_valid(&self, pooled: &mut Pooled<B>) -> Result<(), PoolError> {
        let lost = *pooled.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if pooled.idle_since.elapsed() > self.test_after_idle
            || lost.is_some_and(|lost| pooled.idle_since <= lost)
        {
            B::ping(&mut pooled.connection)?;
        }
        Ok(())
    }

    /// Called at every return: a connection inside a transaction, after a panic or a lost rollback, is closed.
    fn has_broken(&self, pooled: &mut Pooled<B>) -> bool {
        pooled.idle_since = Instant::now();
        pooled.given_up || !is_outside_transaction::<B>(&mut pooled.connection)
    }
}

fn is_outside_transaction<B: Backend>(connection: &mut B::Connection) -> bool {
    type M<B> = <<B as Backend>::Connection as Connection>::TransactionManager;
    match <M<B> as TransactionManager<B::Connection>>::transaction_manager_status_mut(connection) {
        TransactionManagerStatus::Valid(status) => status.transaction_depth().is_none(),
        TransactionManagerStatus::InError => false,
    }
}
