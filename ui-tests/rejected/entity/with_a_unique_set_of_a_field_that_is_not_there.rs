// Rejected: a unique set of a field that is not there.
// Because:  a typo would otherwise order nothing.
// Instead:  accepted/entity/a_struct_that_mirrors_its_table.rs
use diesel::prelude::*;
use moored::prelude::*;

diesel::table! {
 swords (id) {
 id -> Integer,
 name -> Text,
 edge -> Nullable<Integer>,
 owner_id -> Integer,
 }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = swords)]
#[entity(unique(name, owner))]
struct Sword {
    #[entity(key)]
    id: i32,
    name: String,
}

fn main() {}
