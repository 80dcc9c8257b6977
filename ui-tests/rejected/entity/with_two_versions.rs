// Rejected: an entity with two version columns.
// Because:  a row has one version.
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
    #[entity(version)]
    edge: i32,
    #[entity(version)]
    owner_id: i32,
}

fn main() {}
