//! The shop over HTTP: which request is which service's, and nothing of what the services do.

mod albums;
mod answer;
mod etag;
mod invoices;
mod tracks;
mod work;

use axum::Router;
use axum::routing::{get, post};
use moored::Orm;
use moored_sqlite::Sqlite;

/// The application.
pub(crate) fn router(orm: Orm<Sqlite>) -> Router {
    Router::new()
        .route("/tracks", get(tracks::search))
        .route("/artists/{id}", get(tracks::artist))
        .route("/albums/{id}", get(albums::show).put(albums::put))
        .route("/customers/{id}/invoices", post(invoices::post))
        .route("/invoices/{id}", get(invoices::show).delete(invoices::delete))
        .with_state(orm)
}
