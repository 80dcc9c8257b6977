//! Services for what the shop has: found, shown with what belongs to it, and edited. They know nothing of HTTP.

use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;
use serde::Serialize;

use crate::entities::{Album, Artist, Track};
use crate::refused::{Problems, Refused};
use crate::schema::{albums, artists, tracks};

#[derive(Serialize)]
pub(crate) struct TrackShown {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) album: Key<Album>,
    pub(crate) price_cents: i32,
    pub(crate) stock: i32,
}

impl From<&Track> for TrackShown {
    fn from(track: &Track) -> Self {
        let Track { id, name, album_id, price_cents, stock, .. } = track.clone();
        Self { id, name, album: album_id, price_cents, stock }
    }
}

#[derive(Serialize)]
pub(crate) struct AlbumShown {
    pub(crate) id: i32,
    pub(crate) title: String,
    pub(crate) artist: String,
    pub(crate) tracks: Vec<TrackShown>,
    /// For the header, which says it to caches as well.
    #[serde(skip)]
    pub(crate) version: i32,
}

#[derive(Serialize)]
pub(crate) struct ArtistShown {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) albums: Vec<AlbumShown>,
}

/// Some of the rows that there are.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    pub(crate) total: u64,
    pub(crate) items: Vec<T>,
}

/// Tracks whose name contains a word, whatever its letters' case, by name; so many after leaving out so many.
pub(crate) fn tracks<A: ?Sized>(
    uow: &mut UnitOfWork<'_, Sqlite, A>,
    word: &str,
    (skip, take): (i64, i64),
) -> Result<Page<TrackShown>, Refused> {
    let pattern = format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let named = tracks::table.filter(tracks::name.like(pattern).escape('\\'));
    let total = uow.query::<Track>(named.clone()).count()?;
    let page = named.order((tracks::name, tracks::id)).offset(skip).limit(take);
    let found = uow.query::<Track>(page).all()?;
    Ok(Page { total, items: found.iter().map(|track| (&uow[track]).into()).collect() })
}

/// An artist with all albums and all their tracks: four statements, however many there are.
pub(crate) fn artist<A: ?Sized>(
    uow: &mut UnitOfWork<'_, Sqlite, A>,
    id: i32,
) -> Result<ArtistShown, Refused> {
    let with_tracks = Artist::albums().then(Album::tracks());
    let found = uow.query::<Artist>(artists::table.filter(artists::id.eq(id))).with(with_tracks).first()?;
    let found = found.required()?;
    let mut shown = Vec::new();
    for album in uow.nested(&found, Artist::albums())? {
        let tracks = uow.related(&album, Album::tracks());
        let tracks = tracks.iter().map(|track| (&uow[track]).into()).collect();
        shown.push(shown_as(&uow[&album], &uow[&found], tracks));
    }
    Ok(ArtistShown { id, name: uow[&found].name.clone(), albums: shown })
}

/// An album with its artist and tracks.
pub(crate) fn album<A: ?Sized>(uow: &mut UnitOfWork<'_, Sqlite, A>, id: i32) -> Result<AlbumShown, Refused> {
    let plan = (Album::artist(), Album::tracks());
    let found = uow.query::<Album>(albums::table.filter(albums::id.eq(id))).with(plan).first()?.required()?;
    let artist = uow.related(&found, Album::artist())?;
    let tracks = uow.related(&found, Album::tracks());
    let tracks = tracks.iter().map(|track| (&uow[track]).into()).collect();
    Ok(shown_as(&uow[&found], &uow[&artist], tracks))
}

fn shown_as(album: &Album, artist: &Artist, tracks: Vec<TrackShown>) -> AlbumShown {
    let Album { id, title, version, .. } = album.clone();
    AlbumShown { id, title, artist: artist.name.clone(), tracks, version }
}

/// Another title for an album. With the version that it was read in, it is `Stale` if somebody saved it since.
pub(crate) fn retitle(
    uow: &mut UnitOfWork<'_, Sqlite>,
    id: i32,
    seen: Option<i32>,
    title: String,
) -> Result<(), Refused> {
    let mut problems = Problems::default();
    problems.unless(!title.trim().is_empty(), "title", "is needed");
    problems.unless(title.chars().count() <= 160, "title", "has at most 160 characters");
    problems.none()?;
    let album = uow.find::<Album>(id)?.required()?;
    if let Some(seen) = seen {
        uow.expect_version(&album, seen)?;
    }
    uow.edit(&album)?.title = title;
    Ok(())
}
