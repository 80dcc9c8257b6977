//! The description of an entity, and what changed between two of its values.

use moored::entity::{ColumnSet, Model};

use crate::schema::stamp::{Given, Stamp};
use crate::schema::*;
use crate::support::{book, pending};
use moored::entity::Record;

fn a_book() -> Book {
    pending(book()).complete(Some((1, 10, None, "en".to_owned(), Some(6)))).unwrap()
}

fn set(columns: &[usize]) -> ColumnSet {
    columns.iter().copied().collect()
}

#[test]
fn the_description_follows_the_fields() {
    let meta = Book::meta();
    assert_eq!((meta.name, meta.key, meta.version), ("Book", [0].as_slice(), Some(15)));
    assert_eq!(meta.select(|c| c.nullable), set(&[3, 4, 5, 6, 10, 13]));
    assert_eq!(meta.select(|c| c.generated), set(&[0, 13]));
    assert_eq!(meta.select(|c| c.default), set(&[9, 10, 11]));
    assert_eq!(meta.select(|c| !c.track), set(&[12]));
    assert_eq!((meta.columns[14].field, meta.columns[14].name), ("type", "type"));
    let uniques: Vec<_> = meta.uniques.iter().map(|unique| unique.columns).collect();
    assert_eq!(uniques, [[5].as_slice(), &[6, 7], &[1, 13], &[3, 11]]);
    assert_eq!(meta.returned(), set(&[0, 9, 10, 11, 13]));
}

#[test]
fn relations_are_described_with_their_targets() {
    let relations: Vec<_> = Book::meta()
        .relations
        .iter()
        .map(|r| (r.name, r.columns, r.nullable, r.deferred, (r.target)().1.name))
        .collect();
    assert_eq!(
        relations,
        [
            ("author", [2].as_slice(), false, false, "Author"),
            ("editor", &[3], true, false, "Author"),
            ("illustrator", &[4], true, true, "Author"),
        ]
    );
    assert_eq!((Author::meta().relations[0].target)().0, std::any::TypeId::of::<Author>());
    assert_eq!(format!("{:?}{:?}", Book::author(), Book::illustrator()), "BookAuthorBookIllustrator");
}

#[test]
fn a_renamed_column_keeps_its_field_name() {
    let column = &Country::meta().columns[1];
    assert_eq!((column.field, column.name), ("called", "name"));
}

#[test]
fn each_column_is_found_changed_alone() {
    let base = a_book();
    assert_eq!(base.changes(&base), ColumnSet::EMPTY);
    type Edit = fn(&mut Book);
    let edits: [(usize, Edit); 8] = [
        (0, |b| b.id = 2),
        (1, |b| b.title.push('!')),
        (2, |b| b.author_id = moored::entity::Key::new(8)),
        (4, |b| b.illustrator_id = Some(8)),
        (8, |b| b.rating = 0.75),
        (12, |b| b.views += 1),
        (14, |b| b.r#type = Kind::Atlas),
        (15, |b| b.version += 1),
    ];
    for (column, edit) in edits {
        let mut book = base.clone();
        edit(&mut book);
        assert_eq!(book.changes(&base), ColumnSet::only(column));
        let mut copy = base.clone();
        copy.copy_columns(&book, ColumnSet::only(column));
        assert_eq!(copy, book, "column {column} is copied");
        copy.copy_columns(&base, ColumnSet::first(16).without(ColumnSet::only(column)));
        assert_eq!(copy, book, "column {column} alone was copied");
    }
}

#[test]
fn floats_compare_as_they_are_bound() {
    let mut base = a_book();
    base.rating = f64::NAN;
    let mut book = base.clone();
    assert_eq!(book.changes(&base), ColumnSet::EMPTY);
    base.rating = 0.0;
    book.rating = -0.0;
    assert_eq!(book.changes(&base), ColumnSet::only(8));
}

#[test]
fn a_version_moves_until_it_cannot() {
    let mut book = a_book();
    assert!(book.advance_version());
    assert_eq!(book.version, 2);
    book.version = i32::MAX;
    assert!(!book.advance_version());
    assert_eq!(book.version, i32::MAX);
    let mut given = Given { id: 1, made: 1 };
    assert!(given.advance_version());
    assert_eq!(given, Given { id: 1, made: 1 });
}

#[test]
fn what_the_database_filled_is_put_into_its_fields() {
    let mut book = a_book();
    let returned = (4, 5, Some("n".to_owned()), "fr".to_owned(), None);
    assert_eq!(Book::returned_key(&returned), Some(4));
    book.fill(returned);
    assert_eq!((book.id, book.created_at, book.note.as_deref()), (4, 5, Some("n")));
    assert_eq!((book.language.as_str(), book.title_length, book.version), ("fr", None, 1));
    assert_eq!(Given::returned_key(&()), None);
    assert_eq!(Stamp::returned_key(&(3, 4)), Some(3));
}

#[test]
fn a_wide_entity_is_compared_to_its_last_column() {
    let base = pending(
        NewWide::new(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 17.0, 18.0, 19.0, "20", "21", "22", 23).c16("x"),
    );
    let base = base.complete(None).unwrap();
    let mut row = base.clone();
    row.c23 = 0;
    row.c16 = None;
    row.c19 = f64::NAN;
    assert_eq!(row.changes(&base), set(&[16, 19, 23]));
}
