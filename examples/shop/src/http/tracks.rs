//! What the shop has.

use axum::Json;
use axum::extract::{Path, Query};
use serde::Deserialize;

use super::work::Work;
use crate::catalogue::{self, ArtistShown, Page, TrackShown};
use crate::refused::{Problems, Refused};

const LARGEST_PAGE: u32 = 100;

#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Search {
    name: String,
    page: u32,
    size: u32,
}

impl Default for Search {
    fn default() -> Self {
        Self { name: String::new(), page: 1, size: 20 }
    }
}

/// `GET /tracks?name=rock&page=2&size=10`
pub(crate) async fn search(
    work: Work,
    Query(Search { name, page, size }): Query<Search>,
) -> Result<Json<Page<TrackShown>>, Refused> {
    let mut problems = Problems::default();
    problems.unless(page >= 1, "page", "is counted from 1");
    problems.unless((1..=LARGEST_PAGE).contains(&size), "size", "is from 1 to 100");
    problems.none()?;
    let part = (i64::from(page - 1) * i64::from(size), i64::from(size));
    work.read(move |session| catalogue::tracks(session, &name, part)).await.map(Json)
}

/// `GET /artists/{id}`
pub(crate) async fn artist(work: Work, Path(id): Path<i32>) -> Result<Json<ArtistShown>, Refused> {
    work.read(move |session| catalogue::artist(session, id)).await.map(Json)
}
