// Rejected: the other side of a relation is declared by a name that the entity there does not have, or that leads elsewhere.
// Because:  the two sides of a relation are one column.
// Instead:  accepted/loading/what_was_loaded_is_in_the_type.rs
use diesel::prelude::*;
use moored::prelude::*;
use shop::{Book, authors, tags};

#[derive(Entity, Queryable, Clone)]
#[diesel(table_name = authors)]
#[entity(has_many(translated: Book, by = translator))]
struct Writer {
    #[entity(key, generated)]
    id: i32,
    name: String,
    email: Option<String>,
    version: i32,
}

#[derive(Entity, Queryable, Clone)]
#[diesel(table_name = tags)]
#[entity(has_many(books: Book, by = author))]
struct Label {
    #[entity(key)]
    name: String,
    color: String,
}

fn main() {}
