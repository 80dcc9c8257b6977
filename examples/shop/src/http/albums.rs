//! Albums, which several people edit at once.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::etag::{Has, Seen, tag};
use super::work::Work;
use crate::catalogue;
use crate::refused::Refused;

/// `GET /albums/{id}`
pub(crate) async fn show(work: Work, Path(id): Path<i32>, has: Has) -> Result<Response, Refused> {
    let album = work.read(move |session| catalogue::album(session, id)).await?;
    let tagged = [(ETAG, tag(album.version))];
    if has.it(album.version) {
        return Ok((StatusCode::NOT_MODIFIED, tagged).into_response());
    }
    Ok((tagged, Json(album)).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Edit {
    title: String,
}

/// `PUT /albums/{id}` with `If-Match`: 409 when somebody saved it since.
pub(crate) async fn put(
    work: Work,
    Path(id): Path<i32>,
    seen: Seen,
    Json(edit): Json<Edit>,
) -> Result<Response, Refused> {
    let saved = work.write(move |tx| {
        catalogue::retitle(tx, id, seen.version, edit.title)?;
        tx.flush()?;
        catalogue::album(tx, id)
    });
    let album = saved.await?;
    Ok(([(ETAG, tag(album.version))], Json(album)).into_response())
}
