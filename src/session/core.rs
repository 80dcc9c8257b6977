//! What a session holds whatever its authority: the connection, the identity map, and where in a transaction it is.

use std::any::TypeId;
use std::sync::Arc;

use hashbrown::HashMap;

use super::FlushMode;
use super::cascade::TakenAlong;
use super::events::Outcome;
use super::levels::{Ended, Levels};
use super::open::OpenHere;
use super::stores::IdentityMap;
use super::transact::Doom;
use crate::backend::{Backend, FailureKind, TransactionOptions};
use crate::connections::Connections;
use crate::error::{Error, Result};
use crate::event::Subscribers;
use crate::handle::Tag;
use crate::observe::{Counts, Written, spans};
use crate::pool::Checkout;
use crate::statement::database;
use crate::stop::Stop;

/// What a session holds whatever its authority.
pub struct Core<B: Backend> {
    pub(super) connections: Arc<Connections<B>>,
    pub(super) connection: Option<Checkout<B>>,
    pub(crate) map: IdentityMap<B>,
    pub(crate) tag: Tag,
    pub(crate) flush_mode: FlushMode,
    /// The transactions and savepoints of this session that are open.
    pub(crate) levels: Levels,
    /// There while any is.
    pub(super) open: Option<OpenHere>,
    /// What the outermost of them was asked to be.
    pub(super) options: TransactionOptions,
    /// Whether the closure of the innermost one has ended it.
    pub(super) ended: Option<Ended>,
    pub(super) doom: Option<Doom>,
    /// Whether anything was written, or may have been by plain Diesel, in the transaction that is open.
    pub(super) wrote: bool,
    /// Whether anything that was written is committed, or may be.
    pub(crate) stands: bool,
    /// Whom the session calls when it writes.
    pub(super) subscribers: Option<Arc<Subscribers<B>>>,
    /// Whether somebody has asked that it ends.
    pub(super) stop: Stop,
    /// What went with the removal of a row, until it is restored.
    pub(super) taken_along: HashMap<(TypeId, u32), TakenAlong<B>>,
    /// How the last transaction ended, until those who wait for that are told.
    pub(super) outcome: Option<Outcome>,
    /// What the session did, for whoever wants to know at its end.
    pub(crate) counts: Arc<Counts>,
}

impl<B: Backend> Core<B> {
    pub(crate) fn new(
        connections: Arc<Connections<B>>,
        flush_mode: FlushMode,
        subscribers: Option<Arc<Subscribers<B>>>,
        stop: Stop,
    ) -> Self {
        Self {
            connection: None,
            map: IdentityMap::new(connections.database.clone(), stop.clone()),
            connections,
            tag: Tag::fresh(),
            flush_mode,
            levels: Levels::default(),
            open: None,
            options: TransactionOptions::new(),
            ended: None,
            doom: None,
            wrote: false,
            stands: false,
            subscribers,
            stop,
            taken_along: HashMap::new(),
            outcome: None,
            counts: Arc::default(),
        }
    }

    /// What another session on the same pool has at its start.
    pub(crate) fn beside(&self) -> Self {
        let (connections, subscribers) = (Arc::clone(&self.connections), self.subscribers.clone());
        let beside = Self::new(connections, self.flush_mode, subscribers, self.stop.clone());
        Self { counts: Arc::clone(&self.counts), ..beside }
    }

    /// What stands in a session's place while a transaction or a scope of it has the real one.
    pub(crate) fn vacant(&self) -> Self {
        let connections = Arc::clone(&self.connections);
        Self { tag: self.tag, ..Self::new(connections, self.flush_mode, None, self.stop.clone()) }
    }

    pub(crate) const fn in_transaction(&self) -> bool {
        self.levels.depth() > 0
    }

    /// The connection, checked out of the pool on first use.
    pub(crate) fn connection(&mut self) -> Result<&mut B::Connection> {
        self.connect()?;
        self.stop.check()?;
        self.connection.as_mut().map(Checkout::connection).ok_or_else(no_connection)
    }

    /// Something is written now, or may be.
    pub(crate) fn note_write(&mut self) {
        if self.in_transaction() {
            self.wrote = true;
        } else {
            self.stands = true;
            self.stop.note_stands();
        }
    }

    /// Rows were written.
    pub(super) fn note_rows(&self, written: Written) {
        written.tell(&self.connections.observer);
        self.counts.add_written(written);
    }

    pub(super) fn connect(&mut self) -> Result<()> {
        if self.ended.is_some() {
            return Err(Error::TransactionEnded);
        }
        self.find_doom();
        if let Some(Doom { cause, .. }) = &self.doom {
            return Err(Error::Doomed { cause: cause.clone() });
        }
        // One that was lost goes back to be closed. With it goes whatever was open, so a transaction keeps it to its end.
        if !self.in_transaction() && self.connection.as_ref().is_some_and(Checkout::is_given_up) {
            self.connection = None;
        }
        if self.connection.is_none() {
            // It can take long to get one.
            self.stop.check()?;
            self.connection = Some(self.connections.check_out()?.counted(&self.counts));
        }
        Ok(())
    }

    /// Runs statements, unless the session is to stop. A failure that ends the transaction on the server is remembered.
    pub(crate) fn run<R>(
        &mut self,
        statements: impl FnOnce(&mut B::Connection, &mut IdentityMap<B>) -> Result<R>,
    ) -> Result<R> {
        self.connect()?;
        self.stop.check()?;
        self.run_connected(statements)
    }

    /// Runs statements on the connection that the session has, whether it is to stop or not.
    pub(super) fn run_connected<R>(
        &mut self,
        statements: impl FnOnce(&mut B::Connection, &mut IdentityMap<B>) -> Result<R>,
    ) -> Result<R> {
        let mut running = Running { core: self, interrupted: true };
        let core = &mut *running.core;
        let checkout = core.connection.as_mut().ok_or_else(no_connection)?;
        checkout.bound_statements().map_err(database::<B>)?;
        let result = statements(checkout.connection(), &mut core.map);
        if let Err(error) = &result {
            core.note_failure(error);
        }
        running.interrupted = false;
        result
    }

    fn note_failure(&mut self, error: &Error) {
        let Some(failure) = error.failure() else { return };
        spans::refused(failure.kind);
        if failure.kind == FailureKind::LostConnection
            && let Some(checkout) = &mut self.connection
        {
            checkout.give_up_lost();
        }
        if !self.in_transaction() {
            return;
        }
        if failure.kind.ends_transaction() {
            self.doom(1, failure.kind);
        } else if self.map.dialect().failure_aborts_transaction {
            self.doom(self.levels.depth(), failure.kind);
        }
    }
}

/// Statements on their way. A panic leaves nobody knowing how far they came: the connection is not used again, and a
/// transaction on it cannot commit.
struct Running<'a, B: Backend> {
    core: &'a mut Core<B>,
    interrupted: bool,
}

impl<B: Backend> Drop for Running<'_, B> {
    fn drop(&mut self) {
        if !self.interrupted {
            return;
        }
        if let Some(checkout) = &mut self.core.connection {
            checkout.give_up();
        }
        if !self.core.in_transaction() {
            self.core.connection = None;
        } else {
            self.core.doom(1, "a panic interrupted it");
        }
    }
}

fn no_connection() -> Error {
    Error::NoConnection { reason: "the pool gave none".into() }
}
