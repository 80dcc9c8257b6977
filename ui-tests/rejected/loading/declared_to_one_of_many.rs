// Rejected: a relation to one is declared by a column that is not unique.
// Because:  there could be many.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use diesel::prelude::*;
use moored::prelude::*;
use shop::authors;

diesel::table! {
    letters (id) { id -> Integer, writer_id -> Integer }
}

#[derive(Entity, Queryable, Clone)]
#[diesel(table_name = authors)]
#[entity(has_one(letter: Letter, by = writer))]
struct Writer {
    #[entity(key, generated)]
    id: i32,
    name: String,
    email: Option<String>,
    version: i32,
}

#[derive(Entity, Queryable, Clone)]
#[diesel(table_name = letters)]
struct Letter {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = Writer)]
    writer_id: Key<Writer>,
}

fn main() {}
