//! Databases on a server: each test has one to itself while it runs, made once and emptied between tests.
//!
//! 1. Databases are numbered, from one on. Who works with one holds the server's own lock for it, through a connection
//!    that stays open. A process that dies loses its locks, and the next one takes its databases over: there is never one
//!    more of them than tests ran at the same time, and nothing has to be cleaned up after anyone.
//! 2. A database keeps the suite's tables, and a number that says from which DDL they were made. If that is another one
//!    now, or a test made tables, all of it is made anew.
//! 3. Between tests only those tables are emptied that have rows or have counted keys. That takes milliseconds where making
//!    twenty tables takes tenths of a second.
//! 4. A test's connections may take a moment to be gone after they were closed. They are waited for, and then ended.

mod hold;
mod said;

use std::any::Any;
use std::sync::{Mutex, PoisonError};

use moored::Backend;

use crate::Flavour;
use hold::{Contents, Hold};

/// A database that belongs to one test. It goes back when this is dropped.
pub struct Lease<B: Backend> {
    url: String,
    hold: Mutex<Option<Hold<B>>>,
}

impl<B: Backend> Lease<B> {
    /// One with the suite's tables and without rows.
    pub(crate) fn with_tables(flavour: Flavour) -> Self {
        Self::of(flavour, Contents::Tables)
    }

    /// One without tables, on the server that the environment names.
    #[must_use]
    pub fn empty(flavour: Flavour) -> Self {
        Self::of(flavour, Contents::Nothing)
    }

    fn of(flavour: Flavour, contents: Contents) -> Self {
        let mut hold = idle(flavour, contents).unwrap_or_else(|| Hold::take(flavour, contents));
        hold.prepare();
        Self { url: hold.url().to_owned(), hold: Mutex::new(Some(hold)) }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl<B: Backend> Drop for Lease<B> {
    fn drop(&mut self) {
        if let Some(hold) = self.hold.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(hold));
        }
    }
}

/// What this process holds and no test uses. The one given back first is lent first: its connections had the most time.
static IDLE: Mutex<Vec<Box<dyn Any + Send>>> = Mutex::new(Vec::new());

fn idle<B: Backend>(flavour: Flavour, contents: Contents) -> Option<Hold<B>> {
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = |held: &Box<dyn Any + Send>| {
        held.downcast_ref::<Hold<B>>().is_some_and(|hold| hold.is_of(flavour, contents))
    };
    let at = idle.iter().position(fits)?;
    idle.remove(at).downcast().ok().map(|hold| *hold)
}
