// Rejected: a field that is no column of the table.
// Because:  a field is a column.
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
    length: i32,
}

fn main() {}
