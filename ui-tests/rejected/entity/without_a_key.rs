// Rejected: an entity without a key.
// Because:  the identity map finds rows by their key.
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
    id: i32,
    name: String,
}

fn main() {}
