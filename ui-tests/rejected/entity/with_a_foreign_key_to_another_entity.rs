// Rejected: a relation whose field holds the key of another entity.
// Because:  an author's key is not a book's.
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
    #[entity(belongs_to = shop::Author)]
    owner_id: Key<shop::Book>,
}

fn main() {}
