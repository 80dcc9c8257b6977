//! The same as JSON: the row goes to the browser with its snapshot, and comes back edited.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use moored::Error;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::article::{Article, check};
use crate::work::Failed;

/// `GET /articles/{id}`
pub(crate) async fn show(
    State(orm): State<Orm<Sqlite>>,
    Path(id): Path<i32>,
) -> Result<Json<Detached<Article>>, Failed> {
    Ok(Json(orm.run(move |session| take(session, id)).await?))
}

/// `PUT /articles/{id}`. Answers with the article as it is now, to go on from: with 200 as it was saved, with 409 as
/// somebody else saved it meanwhile.
pub(crate) async fn put(
    State(orm): State<Orm<Sqlite>>,
    Path(id): Path<i32>,
    Json(edited): Json<Detached<Article>>,
) -> Result<Response, Failed> {
    if let Err(wrong) = allowed(id, &edited) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, wrong).into_response());
    }
    match orm.run(move |session| save(session, &edited)).await {
        Err(Error::Stale(_)) => {
            let theirs = orm.run(move |session| take(session, id)).await?;
            Ok((StatusCode::CONFLICT, Json(theirs)).into_response())
        }
        saved => Ok(Json(saved?).into_response()),
    }
}

/// Whether that may be saved. The sender can have changed all of it, the snapshot too: what counts is which row it is, and
/// in which columns value and snapshot differ, since `merge` writes those and no others.
fn allowed(id: i32, edited: &Detached<Article>) -> Result<(), String> {
    if edited.snapshot().id != id {
        return Err("this is another article".into());
    }
    match edited.edited_columns().find(|column| !Article::EDITABLE.contains(column)) {
        Some(column) => Err(format!("{column} cannot be edited")),
        None => check(&edited.get().title).map_err(Into::into),
    }
}

fn take(session: &mut Session<'_, Sqlite>, id: i32) -> moored::Result<Detached<Article>> {
    let article = session.find::<Article>(id)?.required()?;
    session.detach(article)
}

fn save(session: &mut Session<'_, Sqlite>, edited: &Detached<Article>) -> moored::Result<Detached<Article>> {
    let article = session.merge(edited)?;
    session.flush()?;
    session.detach(article)
}
