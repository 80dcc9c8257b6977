// What the examples of the documentation share: they include this file. Two tables, and a library with one author.

use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! {
    authors (id) { id -> Integer, name -> Text, email -> Nullable<Text>, version -> Integer }
}
diesel::table! {
    books (id) { id -> Integer, title -> Text, author_id -> Integer, editor_id -> Nullable<Integer>, copies -> Integer }
}
diesel::joinable!(books -> authors (author_id));
diesel::allow_tables_to_appear_in_same_query!(authors, books);

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
#[entity(has_many(books: Book, by = author), has_many(edited: Book, by = editor))]
struct Author {
    #[entity(key, generated)]
    id: i32,
    name: String,
    #[entity(unique)]
    email: Option<String>,
    #[entity(version)]
    version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = books)]
struct Book {
    #[entity(key, generated)]
    id: i32,
    title: String,
    #[entity(belongs_to = Author)]
    author_id: Key<Author>,
    #[entity(belongs_to = Author)]
    editor_id: Option<Key<Author>>,
    #[entity(default)]
    copies: i32,
}

/// The database: Ursula, whose key is 1, and a book of hers, whose key is 1 as well.
fn library() -> moored::Result<Orm<Sqlite>> {
    library_with(|builder| builder)
}

/// The same with other settings.
fn library_with(
    settings: impl FnOnce(moored::OrmBuilder<Sqlite>) -> moored::OrmBuilder<Sqlite>,
) -> moored::Result<Orm<Sqlite>> {
    let library = settings(Orm::<Sqlite>::builder(":memory:")).build()?;
    fill(&library)?;
    Ok(library)
}

fn fill(library: &Orm<Sqlite>) -> moored::Result<()> {
    library.with_connection(|connection| {
        diesel::connection::SimpleConnection::batch_execute(
            connection,
            "CREATE TABLE authors (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, version INTEGER NOT NULL
             );
             CREATE TABLE books (
                id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES authors,
                editor_id INTEGER REFERENCES authors, copies INTEGER NOT NULL DEFAULT 1
             );
             INSERT INTO authors VALUES (1, 'Ursula', NULL, 1);
             INSERT INTO books VALUES (1, 'A Wizard of Earthsea', 1, NULL, 3);",
        )
        .map_err(moored::Error::from)
    })
}

/// Runs an example in a session of a fresh library.
fn in_session(
    example: impl for<'s> FnOnce(&mut Session<'s, Sqlite>) -> moored::Result<()>,
) -> moored::Result<()> {
    library()?.session(example)
}
