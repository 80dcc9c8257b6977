//! Authors, books and categories: generated keys, relations, unique values and defaults.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use moored::{Entity, Key};
use serde::{Deserialize, Serialize};

use super::{BookTag, CoAuthor, Tag};
use crate::schema::{authors, books, categories};

/// A generated key, a unique value that may be NULL, a version.
#[derive(Entity, Queryable, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[diesel(table_name = authors)]
#[entity(has_many(books: Book, by = author), has_many(edited: Book, by = editor))]
pub struct Author {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
    #[entity(unique)]
    pub email: Option<String>,
    #[entity(version)]
    pub version: i32,
}

/// Two relations to one entity, single and composite unique values, defaults, an untracked column; no version.
#[derive(Entity, Queryable, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[diesel(table_name = books)]
#[entity(unique(shelf, position))]
#[entity(
    has_many(book_tags: BookTag, by = book, orphans = remove),
    many_to_many(tags: Tag, through = BookTag, by = book, to = tag),
    many_to_many(co_authors: Author, through = CoAuthor, by = book, to = author)
)]
pub struct Book {
    #[entity(key, generated)]
    pub id: i32,
    pub title: String,
    #[entity(belongs_to = Author)]
    pub author_id: Key<Author>,
    #[entity(belongs_to = Author, name = editor)]
    pub editor_id: Option<Key<Author>>,
    #[entity(unique)]
    pub isbn: Option<String>,
    pub shelf: Option<i32>,
    pub position: Option<i32>,
    #[entity(default)]
    pub pages: i32,
    #[entity(default)]
    pub created_at: NaiveDateTime,
    #[entity(default, track = false)]
    pub views: i64,
}

/// A tree in one table, with a unique value that is never NULL.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = categories)]
#[entity(has_many(children: Category, by = parent))]
pub struct Category {
    #[entity(key, generated)]
    pub id: i32,
    #[entity(unique)]
    pub slug: String,
    #[entity(belongs_to = Category)]
    pub parent_id: Option<Key<Category>>,
}
