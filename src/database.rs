//! What is known of the database behind a pool once it has answered.

use std::sync::Arc;

use crate::backend::{Backend, Dialect};

/// What is known of the database behind a pool once it has answered. Cloning it is cheap.
pub(crate) struct Database<B: Backend> {
    pub(crate) source: Arc<B::Source>,
    pub(crate) dialect: &'static Dialect,
    /// The most bytes of values in one statement.
    pub(crate) max_bytes: usize,
}

impl<B: Backend> Database<B> {
    /// What there is to know of a source of which a connection was made.
    pub(crate) fn of(source: Arc<B::Source>) -> Self {
        let (dialect, max_bytes) = (B::dialect(&source), B::max_bytes(&source));
        Self { source, dialect, max_bytes }
    }
}

impl<B: Backend> Clone for Database<B> {
    fn clone(&self) -> Self {
        Self { source: Arc::clone(&self.source), dialect: self.dialect, max_bytes: self.max_bytes }
    }
}
