//! Drafts: what they ask for, what is stored of them, and the way back.

use moored::entity::{ColumnSet, Draft, Key, Link, Links, Model, Record, References};
use moored::handle::{Managed, New};

use crate::schema::stamp::{Given, NewStamp};
use crate::schema::*;
use crate::support::{book, pending};

fn set(columns: &[usize]) -> ColumnSet {
    columns.iter().copied().collect()
}

#[test]
fn setters_take_what_is_handy() {
    let illustrator = &Key::<Author>::new(8);
    let draft = book()
        .isbn("1-2")
        .shelf(3)
        .note("from a text".to_owned())
        .language("de")
        .created_at(5)
        .editor(Key::<Author>::new(9))
        .illustrator(illustrator);
    assert_eq!((draft.isbn.as_deref(), draft.shelf), (Some("1-2"), Some(3)));
    assert_eq!(draft.note, Some(Some("from a text".to_owned())));
    assert_eq!((draft.language.as_deref(), draft.created_at), (Some("de"), Some(5)));
    assert!(draft.editor.is_some() && draft.illustrator.is_some());
    let draft = draft.shelf(None).note(None);
    assert_eq!((draft.shelf, draft.note), (None, Some(None)));
}

#[test]
fn a_setter_asks_for_nothing_that_new_asked_for() {
    let draft = book();
    assert!(draft.isbn.is_none() && draft.shelf.is_none() && draft.editor.is_none());
    assert!(draft.note.is_none() && draft.language.is_none() && draft.created_at.is_none());
    assert_eq!((draft.title.as_str(), draft.position, draft.r#type), ("Needle", 1, Kind::Novel));
}

#[test]
fn an_insert_names_what_was_given() {
    let always = [1, 2, 3, 4, 5, 6, 7, 8, 12, 14, 15];
    assert_eq!(pending(book()).columns(), set(&always));
    let more = pending(book().note(None).language("de")).columns();
    assert_eq!(more, set(&always) | set(&[10, 11]));
    assert_eq!(pending(NewStamp::new()).columns(), ColumnSet::EMPTY);
}

#[test]
fn a_record_is_completed_by_what_the_database_filled() {
    let record = pending(book().isbn("1-2").language("de"));
    let row = record.complete(Some((4, 5, None, "fr".to_owned(), Some(6)))).unwrap();
    assert_eq!((row.id, row.created_at, row.language.as_str(), row.title_length), (4, 5, "fr", Some(6)));
    assert_eq!((row.author_id, row.editor_id, row.isbn.as_deref()), (Key::new(7), None, Some("1-2")));
    assert_eq!(row.version, 1);
}

#[test]
fn a_record_knows_the_key_that_the_caller_made() {
    assert_eq!(pending(book()).key(), None);
    let id = TokenId(uuid::Uuid::from_u128(1));
    assert_eq!(pending(NewToken::new(id, "x")).key(), Some(id));
    let member = NewMembership::new(Key::<Author>::new(1), Key::<Country>::new("no"), 2);
    assert_eq!(pending(member).key(), Some((Key::new(1), Key::new("no"))));
    let visit = pending(NewVisit::new(Key::<Author>::new(1), "monday"));
    assert_eq!(visit.key(), Some((1, "monday".to_owned())));
    assert_eq!(visit.complete(Some((1, "monday".to_owned(), 0.5))).unwrap().at, 0.5);
}

#[test]
fn a_draft_survives_being_stored() {
    let mut links = Links::of_keys();
    let stored = pending(book().isbn("1-2").note(None).editor(Key::<Author>::new(9)));
    let again = pending(Book::draft(stored.clone(), &mut links));
    assert_eq!(format!("{again:?}"), format!("{stored:?}"));
    assert!(format!("{stored:?}").contains("Key<Author>(9)"), "{stored:?}");
}

#[test]
fn a_required_link_that_is_lost_leads_nowhere() {
    let mut links = Links::of_keys();
    let nowhere = NewProfile { author: Link::nowhere(), bio: None };
    let stored = nowhere.into_pending(&mut links);
    assert_eq!(stored.key(), None);
    assert!(stored.clone().complete(None).is_none());
    let mut seen = 0;
    stored.visit_reference(0, &mut |_, _| seen += 1);
    assert_eq!(seen, 0);
    let draft = Profile::draft(stored, &mut links);
    assert_eq!(format!("{draft:?}"), "NewProfile { author: Link<Author>, bio: None }");
}

#[test]
fn a_stored_draft_can_be_edited() {
    let mut stored = pending(book());
    stored.title.push('s');
    stored.language = Some("de".to_owned());
    assert!(stored.columns().contains(11));
    assert_eq!(stored.title, "Needles");
}

#[test]
fn a_full_value_is_its_own_draft() {
    fn state<D: Draft<'static, State = S>, S>(_: &D) {}
    let token = Token { id: TokenId(uuid::Uuid::nil()), label: "x".into() };
    state::<_, Managed>(&token);
    state::<_, New>(&NewToken::new(token.id, "x"));
    state::<_, Managed>(&Given { id: 1, made: 2 });
    assert_eq!(token.clone().into_pending(&mut Links::of_keys()), token);
}
