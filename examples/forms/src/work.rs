//! Units of work beside an async runtime, and what a browser is told of one that failed.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use moored::prelude::*;
use moored_sqlite::Sqlite;

/// Runs a unit of work on a thread where it may block. Its session begins and ends there: what leaves are values, such as
/// `Detached` ones, never handles.
pub(crate) async fn in_session<R, W>(orm: &Orm<Sqlite>, work: W) -> Result<R, Failed>
where
    R: Send + 'static,
    W: for<'s> FnOnce(&mut Session<'s, Sqlite>) -> moored::Result<R> + Send + 'static,
{
    let orm = orm.clone();
    Ok(tokio::task::spawn_blocking(move || orm.session(work)).await??)
}

/// A unit of work that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error(transparent)]
    Work(#[from] moored::Error),
    #[error("the unit of work panicked")]
    Panicked(#[from] tokio::task::JoinError),
}

/// `Stale` is for the handlers to explain, which know what was edited.
impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Work(moored::Error::NotFound { .. }) => StatusCode::NOT_FOUND,
            Self::Work(error) if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Work(_) | Self::Panicked(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            eprintln!("{self}"); // for the operator: what it says is nobody else's business
        }
        status.into_response()
    }
}
