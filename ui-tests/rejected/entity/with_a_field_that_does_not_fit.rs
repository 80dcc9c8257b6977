// Rejected: a field whose type does not fit its column.
// Because:  the column is an Integer.
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
    #[entity(key)]
    id: i32,
    name: String,
    owner_id: String,
}

fn main() {}
