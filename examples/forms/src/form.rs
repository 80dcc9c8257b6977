//! The form: a browser posts the version that it shows and the fields, and not the row.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use moored::Error;
use moored::prelude::*;
use moored_sqlite::Sqlite;
use serde::Deserialize;

use crate::article::{Article, check};
use crate::page;
use crate::work::Failed;

/// What the form posts.
#[derive(Deserialize, Clone)]
pub(crate) struct Edit {
    pub(crate) version: i32,
    pub(crate) title: String,
    pub(crate) body: String,
}

impl From<Article> for Edit {
    fn from(article: Article) -> Self {
        Self { version: article.version, title: article.title, body: article.body }
    }
}

/// `GET /articles/{id}/edit`
pub(crate) async fn show(
    State(orm): State<Orm<Sqlite>>,
    Path(id): Path<i32>,
) -> Result<Html<String>, Failed> {
    let article = orm.run(move |session| find(session, id)).await?;
    Ok(Html(page::form(id, &article.into())))
}

/// `POST /articles/{id}`
pub(crate) async fn post(
    State(orm): State<Orm<Sqlite>>,
    Path(id): Path<i32>,
    Form(edit): Form<Edit>,
) -> Result<Response, Failed> {
    if let Err(wrong) = check(&edit.title) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page::wrong(id, &edit, wrong))).into_response());
    }
    let mine = edit.clone();
    match orm.run(move |session| save(session, id, mine)).await {
        // It is from theirs, once it was shown, that mine goes on: the next form has their version.
        Err(Error::Stale(_)) => {
            let theirs = orm.run(move |session| find(session, id)).await?;
            Ok((StatusCode::CONFLICT, Html(page::conflict(id, &edit, &theirs.into()))).into_response())
        }
        saved => {
            saved?;
            Ok(Redirect::to(&format!("/articles/{id}/edit")).into_response())
        }
    }
}

fn find(session: &mut Session<'_, Sqlite>, id: i32) -> moored::Result<Article> {
    let article = session.find::<Article>(id)?.required()?;
    Ok(session[&article].clone())
}

/// `Stale` when somebody saved since the form was shown: before the `find`, and then it is `expect_version` that finds it
/// out, or after it, and then it is the flush.
fn save(session: &mut Session<'_, Sqlite>, id: i32, edit: Edit) -> moored::Result<()> {
    let article = session.find::<Article>(id)?.required()?;
    session.expect_version(&article, edit.version)?;
    let row = session.edit(&article)?;
    row.title = edit.title;
    row.body = edit.body.replace("\r\n", "\n"); // as a browser posts the lines of a text
    session.flush()
}
