// Rejected: a position that cannot be counted.
// Because:  a row that is pushed stands one behind the last.
// Instead:  accepted/collection/a_list_and_a_page_of_it.rs
use diesel::prelude::*;
use moored::prelude::*;

diesel::table! { stages (id) { id -> Integer, place -> Text } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = stages)]
struct Stage {
    #[entity(key, generated)]
    id: i32,
    #[entity(position)]
    place: String,
}

fn main() {}
