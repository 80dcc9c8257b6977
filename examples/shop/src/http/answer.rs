//! What a client is told of a request that was refused. Here, and nowhere else, an error becomes a status.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use moored::Error;

use crate::refused::Refused;

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let error = match self {
            Self::Invalid(problems) => {
                return (StatusCode::UNPROCESSABLE_ENTITY, Json(problems)).into_response();
            }
            Self::Work(error) => error,
        };
        let status = status(&error);
        if status.is_server_error() {
            eprintln!("{status}: {error}"); // for the operator: what it says is nobody else's business
        }
        match status {
            StatusCode::SERVICE_UNAVAILABLE => (status, [(RETRY_AFTER, "1")]).into_response(),
            _ => status.into_response(),
        }
    }
}

fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        // Before what is retryable: the client has to look at what it is now.
        Error::Stale(_) => StatusCode::CONFLICT,
        // Nothing was written: the same request can be sent again.
        error if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
        // Something may have been written, so it is not for a proxy to send again.
        Error::TimedOut { .. } | Error::CommitUnknown { .. } => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
