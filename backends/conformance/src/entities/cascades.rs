//! Rows that the database deletes with others, by foreign keys of which only some structs tell.

use diesel::prelude::*;
use moored::prelude::*;

use crate::schema::{archives, authors, book_tags, books, categories, folders, sheets};

/// Its folders go with it.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = archives)]
pub struct Archive {
    #[entity(key)]
    pub id: i32,
}

/// Goes with its archive and with the folder that it is inside of, and declares neither relation.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = folders)]
pub struct Folder {
    #[entity(key)]
    pub id: i32,
    pub archive_id: i32,
    pub inside: Option<i32>,
    #[entity(version)]
    pub version: i32,
}

/// Goes with its folder, and does not declare the relation.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = sheets)]
pub struct Sheet {
    #[entity(key)]
    pub id: i32,
    pub folder_id: i32,
}

/// A sheet whose relation is declared.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = sheets)]
pub struct FiledSheet {
    #[entity(key)]
    pub id: i32,
    #[entity(belongs_to = Folder)]
    pub folder_id: Key<Folder>,
}

/// An author whose works are removed with it, and whose edited ones let go of it.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = authors)]
#[entity(
    has_many(works: Work, by = writer, on_remove = cascade, orphans = remove),
    has_many(edited: Work, by = editor, on_remove = unlink)
)]
pub struct Writer {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
    #[entity(version)]
    pub version: i32,
}

/// A book whose labels are removed with it.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = books)]
#[entity(has_many(labels: Label, by = work, on_remove = cascade))]
pub struct Work {
    #[entity(key, generated)]
    pub id: i32,
    pub title: String,
    #[entity(belongs_to = Writer, name = writer)]
    pub author_id: Key<Writer>,
    #[entity(belongs_to = Writer, name = editor)]
    pub editor_id: Option<Key<Writer>>,
}

/// A row in between, of which one end is declared.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = book_tags)]
pub struct Label {
    #[entity(key, belongs_to = Work, name = work)]
    pub book_id: Key<Work>,
    #[entity(key)]
    pub tag_label: String,
    pub weight: i32,
}

/// A tree that goes as a whole.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = categories)]
#[entity(has_many(children: Node, by = parent, on_remove = cascade))]
pub struct Node {
    #[entity(key, generated)]
    pub id: i32,
    pub slug: String,
    #[entity(belongs_to = Node)]
    pub parent_id: Option<Key<Node>>,
}

/// A folder whose sheets the database deletes with it.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = folders)]
#[entity(has_many(pages: Page, by = binder, on_remove = database))]
pub struct Binder {
    #[entity(key)]
    pub id: i32,
    pub archive_id: i32,
    #[entity(version)]
    pub version: i32,
}

/// A sheet in a binder.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = sheets)]
pub struct Page {
    #[entity(key)]
    pub id: i32,
    #[entity(belongs_to = Binder, name = binder)]
    pub folder_id: Key<Binder>,
}
