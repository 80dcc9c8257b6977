//! Why a job failed.

use std::any::Any;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The library, or the database. Where it is retryable the job starts over at once, and that is no attempt.
    #[error(transparent)]
    Moored(#[from] moored::Error),
    /// The handler's own reason.
    #[error("{0}")]
    Refused(String),
    /// The handler panicked.
    #[error("panicked: {0}")]
    Panicked(String),
}

impl Failure {
    pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::Panicked(said.unwrap_or("without a message").into())
    }
}
