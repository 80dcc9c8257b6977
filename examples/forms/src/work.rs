//! What a browser is told of a unit of work that failed.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// A unit of work that failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Failed(#[from] pub(crate) moored::Error);

/// `Stale` is for the handlers to explain, which know what was edited.
impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            moored::Error::NotFound { .. } => StatusCode::NOT_FOUND,
            error if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            eprintln!("{self}"); // for the operator: what it says is nobody else's business
        }
        status.into_response()
    }
}
