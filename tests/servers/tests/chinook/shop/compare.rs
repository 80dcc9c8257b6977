//! Reads the whole shop in a session of its own, and finds the first value that is not as expected.

use moored::Result;
use moored::prelude::*;

use super::data::{TABLES, Tables};
use super::entities::*;

/// Every row that is in the database.
pub(crate) fn stored<B: Backend>(orm: &Orm<B>) -> Tables
where
    Artist: Entity<B>,
    Album: Entity<B>,
    Genre: Entity<B>,
    MediaType: Entity<B>,
    Track: Entity<B>,
    Employee: Entity<B>,
    Customer: Entity<B>,
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
    Playlist: Entity<B>,
    PlaylistTrack: Entity<B>,
{
    let mut found = Tables::default();
    orm.read(|session| {
        macro_rules! read {
            ($($entity:ident),*) => {$(
                for row in session.select(Select::<$entity>::all()).all()? {
                    found.insert($entity::TABLE, session[&row].object());
                }
            )*};
        }
        read!(
            Artist,
            Album,
            Genre,
            MediaType,
            Track,
            Employee,
            Customer,
            Invoice,
            InvoiceLine,
            Playlist,
            PlaylistTrack
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
