//! Reads the whole shop in a session of its own, and finds the first value that is not as expected.

use moored::Result;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::data::{TABLES, Tables};
use crate::entities::*;
use crate::schema::*;

/// Every row that is in the database.
pub(crate) fn stored(orm: &Orm<Sqlite>) -> Tables {
    let mut found = Tables::default();
    orm.read(|session| {
        macro_rules! read {
            ($($entity:ident: $table:ident),*) => {$(
                for row in session.query::<$entity>($table::table).all()? {
                    found.insert($entity::TABLE, session[&row].object());
                }
            )*};
        }
        read!(
            Artist: artists, Album: albums, Genre: genres, MediaType: media_types, Track: tracks,
            Employee: employees, Customer: customers, Invoice: invoices, InvoiceLine: invoice_lines,
            Playlist: playlists, PlaylistTrack: playlist_tracks
        );
        Result::Ok(())
    })
    .unwrap();
    found
}

/// Every value of every row, and no row more or less.
pub(crate) fn assert_same(found: &Tables, expected: &Tables, what: &str) {
    for table in TABLES {
        let (mut rows, mut others) = (found.of(table), expected.of(table));
        assert_eq!(rows.len(), others.len(), "{what}: number of rows of {table}");
        for ((id, row), (other_id, other)) in rows.by_ref().zip(others.by_ref()) {
            assert_eq!(id, other_id, "{what}: keys of {table}");
            for (column, value) in other {
                assert_eq!(row.get(column), Some(value), "{what}: {column} of {table} {id:?}");
            }
            assert_eq!(row.len(), other.len(), "{what}: columns of {table}");
        }
    }
    assert!(found == expected, "{what}");
}
