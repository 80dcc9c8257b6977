// Accepted: a relation of several columns, in the order of the key; two of them share one.
use diesel::prelude::*;
use moored::prelude::*;

diesel::table! { seats (venue, number) { venue -> Text, number -> Integer } }
diesel::table! { tickets (id) { id -> Integer, venue -> Text, number -> Integer, swap -> Nullable<Integer> } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = seats)]
struct Seat {
    #[entity(key)]
    venue: String,
    #[entity(key)]
    number: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tickets)]
#[entity(
    belongs_to(Seat, name = seat, columns(venue, number)),
    belongs_to(Seat, name = swap_seat, columns(venue, swap))
)]
struct Ticket {
    #[entity(key, generated)]
    id: i32,
    venue: String,
    number: i32,
    swap: Option<i32>,
}

fn main() {
    let seat = Key::<Seat>::new(("Globe", 7));
    let draft = NewTicket::new(&seat).swap_seat(Key::<Seat>::new(("Globe", 8)));
    assert!(draft.swap_seat.is_some());
    let ticket = Ticket { id: 1, venue: "Globe".into(), number: 7, swap: None };
    assert_eq!((ticket.venue.as_str(), ticket.number, ticket.swap), ("Globe", 7, None));
    assert_eq!(seat.value(), &("Globe".to_owned(), 7));
}
