// Rejected: an entity without a table.
// Because:  the columns are those of a table.
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
struct Sword {
    #[entity(key)]
    id: i32,
    name: String,
}

fn main() {}
