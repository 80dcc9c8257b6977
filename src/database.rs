//! What is known of the database behind a pool once it has answered.

use std::sync::Arc;

use crate::backend::{Backend, Dialect, Limits};

/// What is known of the database behind a pool once it has answered. Cloning it is cheap.
pub(crate) struct Database<B: Backend> {
    pub(crate) source: Arc<B::Source>,
    pub(crate) dialect: &'static Dialect,
    pub(crate) limits: Limits,
}

impl<B: Backend> Database<B> {
    /// What there is to know of a source of which a connection was made.
    pub(crate) fn of(source: Arc<B::Source>) -> Self {
        let (dialect, limits) = (B::dialect(&source), B::limits(&source));
        Self { source, dialect, limits }
    }
}

impl<B: Backend> Clone for Database<B> {
    fn clone(&self) -> Self {
        Self { source: Arc::clone(&self.source), dialect: self.dialect, limits: self.limits }
    }
}
