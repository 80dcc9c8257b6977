// Rejected: a field that is a `Cell`.
// Because:  a change through it would not be seen, so entities are `Send + Sync`.
// Instead:  accepted/entity/a_struct_that_mirrors_its_table.rs
use moored::prelude::*;

diesel::table! {
 swords (id) {
 id -> Integer,
 name -> Text,
 edge -> Nullable<Integer>,
 owner_id -> Integer,
 }
}

#[derive(Clone, Debug, PartialEq, diesel::deserialize::FromSqlRow, diesel::expression::AsExpression)]
#[diesel(sql_type = diesel::sql_types::Text)]
struct Name(std::cell::Cell<Option<u8>>);

#[derive(Entity, Clone, Debug)]
#[diesel(table_name = swords)]
struct Sword {
    #[entity(key)]
    id: i32,
    name: Name,
}

fn main() {}
