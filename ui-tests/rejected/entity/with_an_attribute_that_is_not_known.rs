// Rejected: an attribute that the derive does not know.
// Because:  a typo would otherwise change nothing.
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
struct Sword {
    #[entity(primary_key)]
    id: i32,
    name: String,
}

fn main() {}
