// Rejected: a relation to a struct that is no entity.
// Because:  a relation leads to a row of a table.
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
    #[entity(belongs_to = String)]
    owner_id: i32,
}

fn main() {}
