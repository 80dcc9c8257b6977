//! Relations of several columns: what holds which key, in rows and in drafts.

use std::any::TypeId;

use moored::entity::{Draft, Key, Link, Links, Model, Record, References};
use moored::relation::OneToOne;

use crate::schema::*;
use crate::support::pending;

fn key(hall: i32, number: i32) -> Key<Stall> {
    Key::new((hall, number))
}

fn a_ticket() -> Ticket {
    Ticket {
        id: 1,
        hall_id: 10,
        number: 2,
        swap_hall: None,
        swap_number: None,
        other_number: None,
        place: 20,
        replaced: None,
    }
}

/// The stall that a relation refers to, as hall and number.
fn seen(row: &dyn References, relation: usize) -> Option<(i32, i32)> {
    let mut found = None;
    row.visit_reference(relation, &mut |target, key| {
        assert_eq!(target, TypeId::of::<Stall>());
        let (hall, number) = key.downcast_ref::<<Stall as Model>::Key>().unwrap();
        found = Some((*hall.value(), *number));
    });
    found
}

fn set(row: &mut dyn References, relation: usize, hall: i32, number: i32) -> bool {
    row.set_reference(relation, Some(key(hall, number).value()))
}

#[test]
fn the_description_tells_columns_in_the_order_of_the_key() {
    let relations: Vec<_> = Ticket::meta()
        .relations
        .iter()
        .map(|relation| (relation.name, relation.columns, relation.nullable, relation.deferred))
        .collect();
    assert_eq!(
        relations,
        [
            ("stall", &[1, 2][..], false, false),
            ("swap", &[3, 4], true, false),
            ("other", &[3, 5], true, true),
            ("replaces", &[6, 7], true, false),
        ]
    );
    let [hall, neighbour] = Stall::meta().relations else { panic!("two relations") };
    assert_eq!((hall.columns, neighbour.columns), (&[0][..], &[0, 2][..]));
    assert_eq!((neighbour.target)().0, TypeId::of::<Stall>(), "a relation to its own kind");
}

#[test]
fn a_relation_is_to_one_where_its_columns_contain_the_key_or_a_unique_set() {
    fn to_one<R: OneToOne>(_: R, index: usize) -> bool {
        R::INDEX == index && R::Owner::meta().relations[index].one
    }
    assert!(to_one(Plaque::stall(), 0), "the whole key");
    assert!(to_one(Ticket::other(), 2), "a unique set, in whatever order");
    assert!(to_one(Profile::author(), 0), "the key in one column");
    let one = |meta: &'static moored::entity::EntityMeta| -> Vec<bool> {
        meta.relations.iter().map(|relation| relation.one).collect()
    };
    assert_eq!(one(Ticket::meta()), [false, false, true, false]);
    assert_eq!(one(Pass::meta()), [false], "a part of the key");
    assert_eq!(one(Stall::meta()), [false, false]);
}

#[test]
fn a_row_refers_by_all_of_the_columns_and_a_null_in_any_is_nothing() {
    let mut row = a_ticket();
    assert_eq!([0, 1, 2, 3].map(|relation| seen(&row, relation)), [Some((10, 2)), None, None, None]);
    assert!(set(&mut row, 0, 11, 3));
    assert_eq!((row.hall_id, row.number), (11, 3));
    row.swap_hall = Some(Key::new(4));
    assert_eq!(seen(&row, 1), None, "a hall without a number is no stall");
    row.swap_number = Some(5);
    assert_eq!((seen(&row, 1), seen(&row, 2)), (Some((4, 5)), None));
    assert!(!row.set_reference(1, Some(&(4, 5))), "a key of another type is refused");
    assert_eq!(seen(&row, 1), Some((4, 5)));
}

#[test]
fn nothing_is_null_in_the_columns_that_no_other_relation_has() {
    let mut row = a_ticket();
    assert!(set(&mut row, 1, 4, 5) && set(&mut row, 2, 4, 6) && set(&mut row, 3, 20, 7));
    assert!(row.set_reference(1, None));
    assert_eq!((row.swap_hall, row.swap_number), (Some(Key::new(4)), None));
    assert_eq!(seen(&row, 2), Some((4, 6)), "the other relation keeps the hall");
    assert!(row.set_reference(3, None));
    assert_eq!((row.place, row.replaced), (20, None), "a column that is never NULL stays");
    let before = row.clone();
    assert!(!row.set_reference(0, None), "a required relation refers to something");
    assert_eq!(row, before);
}

fn draft() -> NewTicket<'static> {
    NewTicket::new(key(10, 2), 20)
}

fn complete(draft: NewTicket<'static>) -> Ticket {
    pending(draft).complete(Some((1,))).unwrap()
}

#[test]
fn a_draft_has_relations_in_the_place_of_their_columns() {
    assert_eq!(complete(draft()), a_ticket());
    let row = complete(draft().swap(key(4, 5)).replaces(key(20, 7)));
    assert_eq!(
        [0, 1, 2, 3].map(|relation| seen(&row, relation)),
        [Some((10, 2)), Some((4, 5)), None, Some((20, 7))]
    );
    let both = complete(draft().swap(key(4, 5)).other(key(4, 6)));
    assert_eq!((both.swap_hall, both.swap_number, both.other_number), (Some(Key::new(4)), Some(5), Some(6)));
    let pass = pending(NewPass::new(key(1, 2), 3)).key();
    assert_eq!(pass, Some((Key::new(1), 2, 3)), "the key is made of the link");
    let stall = NewStall::new(Key::<Hall>::new(1), 2).neighbour(key(1, 3));
    assert_eq!(
        pending(stall).complete(None),
        Some(Stall { hall_id: Key::new(1), number: 2, beside: Some(3) })
    );
}

#[test]
fn a_stored_draft_takes_keys_as_they_come_to_be_known() {
    let links = NewTicket { stall: Link::nowhere(), swap: Some(Link::nowhere()), ..draft() };
    let mut stored = links.into_pending(&mut Links::of_keys());
    assert_eq!([seen(&stored, 0), seen(&stored, 1)], [None; 2]);
    assert!(set(&mut stored, 0, 10, 2));
    assert!(stored.clone().complete(Some((1,))).is_none(), "the swap is not known to be none");
    assert!(set(&mut stored, 1, 4, 5));
    assert_eq!(seen(&stored, 1), Some((4, 5)));
    assert!(stored.set_reference(1, None));
    assert_eq!(stored.complete(Some((1,))).unwrap().swap_number, None);

    let mut stored = NewTicket { swap: Some(Link::nowhere()), ..draft() }.into_pending(&mut Links::of_keys());
    assert!(stored.set_reference(1, None), "a shared column that nobody sets is NULL");
    assert_eq!(stored.complete(Some((1,))), Some(a_ticket()));
}

#[test]
fn a_column_that_the_draft_supplies_itself_is_not_set_by_a_link() {
    let mut stored = pending(draft());
    assert!(!set(&mut stored, 3, 21, 7), "another hall than the draft's");
    assert_eq!(seen(&stored, 3), None);
    assert!(set(&mut stored, 3, 20, 7));
    assert_eq!(seen(&stored, 3), Some((20, 7)));
    stored.place = 21;
    assert_eq!(seen(&stored, 3), Some((21, 7)), "the caller's value counts");
}

#[test]
fn a_stored_draft_becomes_the_draft_again() {
    let stored = pending(draft().swap(key(4, 5)));
    let again = Ticket::draft(stored.clone(), &mut Links::of_keys());
    assert!(again.other.is_none() && again.replaces.is_none());
    let once_more = again.into_pending(&mut Links::of_keys());
    assert_eq!(once_more.complete(Some((1,))), stored.complete(Some((1,))));
}

#[test]
fn unique_values_are_made_of_links() {
    assert!(pending(draft()).unique_value(0).is_none(), "NULL");
    let stored = pending(draft().other(key(4, 6)));
    let row = stored.clone().complete(Some((1,))).unwrap();
    assert!(row.unique_value(0).is_some());
    assert!(row.unique_value(0) == stored.unique_value(0));
}
