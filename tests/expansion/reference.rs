//! Foreign keys and unique values by number.

use std::any::{Any, TypeId};

use moored::entity::{Draft, Key, Link, Links, Record, References};

use crate::schema::stamp::Given;
use crate::schema::*;
use crate::support::{book, pending};

fn a_book() -> Book {
    pending(book()).complete(Some((1, 10, None, "en".to_owned(), Some(6)))).unwrap()
}

fn seen(row: &dyn References, relation: usize) -> Option<i32> {
    let mut found = None;
    row.visit_reference(relation, &mut |target, key| {
        assert_eq!(target, TypeId::of::<Author>());
        found = Some(*key.downcast_ref::<i32>().unwrap());
    });
    found
}

fn relations_can_be_set(row: &mut dyn References) {
    assert_eq!([seen(row, 0), seen(row, 1), seen(row, 2)], [Some(7), None, None]);
    for relation in 0..3 {
        let key = 20 + i32::try_from(relation).unwrap();
        assert!(row.set_reference(relation, Some(&key)));
        assert_eq!(seen(row, relation), Some(key));
        let wrong: &dyn Any = &7_i64;
        assert!(!row.set_reference(relation, Some(wrong)), "a key of another type is refused");
        assert_eq!(seen(row, relation), Some(key));
    }
    assert!(!row.set_reference(0, None), "a required relation refers to something");
    assert_eq!(seen(row, 0), Some(20));
    assert!(row.set_reference(1, None) && row.set_reference(2, None));
    assert_eq!([seen(row, 1), seen(row, 2), seen(row, 3)], [None; 3]);
    assert!(!row.set_reference(3, Some(&1)));
}

#[test]
fn a_row_and_its_stored_draft_have_the_same_relations() {
    relations_can_be_set(&mut a_book());
    relations_can_be_set(&mut pending(book()));
}

#[test]
fn a_link_without_a_key_waits_for_one() {
    let draft = NewBook { author: Link::nowhere(), editor: Some(Link::nowhere()), ..book() };
    let mut stored = draft.into_pending(&mut Links::of_keys());
    let returned = (1, 10, None, "en".to_owned(), None);
    assert_eq!([seen(&stored, 0), seen(&stored, 1)], [None; 2]);
    assert!(stored.set_reference(0, Some(&5)));
    assert!(
        stored.clone().complete(Some(returned.clone())).is_none(),
        "the editor is not known to be nobody"
    );
    assert!(stored.set_reference(1, None));
    let row = stored.complete(Some(returned)).unwrap();
    assert_eq!((row.author_id, row.editor_id), (Key::new(5), None));
}

#[test]
fn unique_values_of_rows_and_drafts_meet() {
    let record = pending(book().isbn("1-2").shelf(3));
    let row = record.clone().complete(Some((1, 10, None, "en".to_owned(), Some(6)))).unwrap();
    assert!(row.unique_value(0).is_some());
    assert!(row.unique_value(0) == record.unique_value(0));
    assert!(row.unique_value(1).is_some());
    assert!(row.unique_value(1) == record.unique_value(1));
    let other = Book { position: 2, ..row.clone() };
    assert!(row.unique_value(1) != other.unique_value(1));
    assert!(row.unique_value(4).is_none());
}

#[test]
fn a_unique_set_with_an_unknown_part_has_no_value() {
    let record = pending(book());
    assert!(record.unique_value(0).is_none(), "NULL");
    assert!(record.unique_value(1).is_none(), "NULL in one part");
    assert!(record.unique_value(2).is_none(), "a generated part");
    assert!(a_book().unique_value(2).is_some(), "the row has it");
    let edited = pending(book().editor(Key::<Author>::new(1)));
    assert!(edited.unique_value(3).is_none(), "a part left to the database");
    let edited = pending(book().editor(Key::<Author>::new(1)).language("de"));
    assert!(edited.unique_value(3).is_some());
}

#[test]
fn an_entity_without_relations_refers_to_nothing() {
    let mut given = Given { id: 1, made: 1 };
    assert_eq!(seen(&given, 0), None);
    assert!(!given.set_reference(0, None));
    assert!(given.unique_value(0).is_none());
}
