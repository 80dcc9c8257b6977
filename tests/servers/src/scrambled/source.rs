//! Where connections come from, and what can be set for them.

use diesel::ConnectionResult;
use moored::Backend;

use super::{Dial, ScrambledConnection};

/// What can be set: all that the other backend has, and what becomes of answers.
#[derive(Clone, Debug, Default)]
pub struct Options<O> {
    /// The other backend's.
    pub inner: O,
    /// What becomes of answers; a clone that the caller keeps goes on to set it.
    pub dial: Dial,
}

/// Where connections come from. The pool has one, and asks it for every connection.
pub struct Source<B: Backend> {
    inner: B::Source,
    dial: Dial,
}

impl<B: Backend> Source<B> {
    pub(super) fn open(url: &str, options: Options<B::Options>) -> ConnectionResult<Self> {
        Ok(Self { inner: B::open(url, options.inner)?, dial: options.dial })
    }

    pub(super) fn establish(&self) -> ConnectionResult<ScrambledConnection<B::Connection>> {
        Ok(ScrambledConnection::new(B::establish(&self.inner)?, self.dial.clone()))
    }

    pub(super) const fn inner(&self) -> &B::Source {
        &self.inner
    }
}
