//! The schema and the entities that every case in ui-tests is about, and a database in memory that holds a few of them.
#![allow(missing_docs, reason = "the cases show what it is for")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::OrmBuilder;
use moored::prelude::*;

pub use moored_sqlite::Sqlite;

diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
        email -> Nullable<Text>,
        version -> Integer,
    }
}
diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        author_id -> Integer,
        editor_id -> Nullable<Integer>,
        pages -> Integer,
    }
}
diesel::table! {
    tags (name) {
        name -> Text,
        color -> Text,
    }
}
diesel::joinable!(books -> authors (author_id));
diesel::allow_tables_to_appear_in_same_query!(authors, books, tags);

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
pub struct Author {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
    #[entity(unique)]
    pub email: Option<String>,
    #[entity(version)]
    pub version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = books)]
pub struct Book {
    #[entity(key, generated)]
    pub id: i32,
    pub title: String,
    #[entity(belongs_to = Author)]
    pub author_id: Key<Author>,
    #[entity(belongs_to = Author)]
    pub editor_id: Option<Key<Author>>,
    #[entity(default)]
    pub pages: i32,
}

/// Every column of it comes from the program.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tags)]
pub struct Tag {
    #[entity(key)]
    pub name: String,
    pub color: String,
}

/// A database with the authors 1, Arya, and 2, Jon, her book 1, Needle, and the tag `war`.
pub fn orm() -> Orm<Sqlite> {
    orm_with(|settings| settings)
}

/// The same with other settings.
pub fn orm_with(settings: impl FnOnce(OrmBuilder<Sqlite>) -> OrmBuilder<Sqlite>) -> Orm<Sqlite> {
    let set_up = |connection: &mut SqliteConnection| {
        connection.batch_execute(
            "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE,
                version INTEGER NOT NULL);
             CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL,
                author_id INTEGER NOT NULL REFERENCES authors, editor_id INTEGER REFERENCES authors,
                pages INTEGER NOT NULL DEFAULT 100);
             CREATE TABLE tags (name TEXT NOT NULL PRIMARY KEY, color TEXT NOT NULL);
             INSERT INTO authors VALUES (1, 'Arya', 'arya@wall.example', 1), (2, 'Jon', NULL, 1);
             INSERT INTO books VALUES (1, 'Needle', 1, NULL, 100);
             INSERT INTO tags VALUES ('war', 'red');",
        )?;
        Ok(())
    };
    let made: moored::Result<_> =
        settings(Orm::builder(":memory:")).build().and_then(|orm| orm.with_connection(set_up).map(|()| orm));
    #[expect(clippy::expect_used, reason = "no case can go on without it")]
    made.expect("a database in memory")
}
