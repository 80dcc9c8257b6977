//! Where a session takes its connection from: the database itself, or a copy of it that answers.

use std::sync::Arc;

use crate::backend::Backend;
use crate::database::Database;
use crate::error::Result;
use crate::observe::Observer;
use crate::pool::{Checkout, Pool};
use crate::replicas::Replicas;

/// Where a session takes its connection from.
pub(crate) struct Connections<B: Backend> {
    /// Copies are taken to be of the same kind, since what is known of one that does not answer is nothing.
    pub(crate) database: Database<B>,
    /// Who is told of what sessions do.
    pub(crate) observer: Arc<Observer>,
    primary: Arc<Pool<B>>,
    replicas: Option<Arc<Replicas<B>>>,
}

impl<B: Backend> Connections<B> {
    /// Those to the database itself, of which a connection was made.
    pub(crate) fn to(primary: Arc<Pool<B>>) -> Self {
        let observer = Arc::clone(primary.observer());
        Self { database: Database::of(Arc::clone(primary.source())), observer, primary, replicas: None }
    }

    /// Those to copies of it, and to itself when none of them answers.
    pub(crate) fn or_to(&self, replicas: Arc<Replicas<B>>) -> Self {
        let (database, primary) = (self.database.clone(), Arc::clone(&self.primary));
        Self { database, observer: Arc::clone(&self.observer), primary, replicas: Some(replicas) }
    }

    pub(crate) fn check_out(&self) -> Result<Checkout<B>> {
        let copy = self.replicas.as_ref().and_then(|replicas| replicas.check_out());
        copy.map_or_else(|| self.primary.check_out(), Ok)
    }
}
