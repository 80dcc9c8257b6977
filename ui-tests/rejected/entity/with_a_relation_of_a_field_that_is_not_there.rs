// Rejected: a relation of a field that is not there.
// Because:  a foreign key is made of the columns of its own row.
// Instead:  accepted/entity/a_relation_of_several_columns.rs
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
#[entity(belongs_to(Seat, name = seat, columns(venue, place)))]
struct Ticket {
    #[entity(key, generated)]
    id: i32,
    venue: String,
    number: i32,
    swap: Option<i32>,
}

fn main() {}
