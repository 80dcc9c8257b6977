// Rejected: a generic entity.
// Because:  one struct mirrors one table.
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
struct Sword<T> {
    #[entity(key)]
    id: i32,
    name: T,
}

fn main() {}
