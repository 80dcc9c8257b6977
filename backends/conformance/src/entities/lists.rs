//! Rows that stand in lists: of their own, and in between.

use diesel::prelude::*;
use moored::{Entity, Key};

use super::Tag;
use crate::schema::{authors, book_tags, books, steps};

/// An author whose steps stand in a row, and name tags, the same one more than once.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = authors)]
#[entity(
    has_many(steps: Step, by = cook, ordered, orphans = remove),
    many_to_many(tags: Tag, through = Step, by = cook, to = tag, ordered)
)]
pub struct Cook {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
    #[entity(version)]
    pub version: i32,
}

/// Its place is unique among those of its cook.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = steps)]
#[entity(unique(author_id, place))]
pub struct Step {
    #[entity(key, generated)]
    pub id: i32,
    #[entity(belongs_to = Cook, name = cook)]
    pub author_id: Key<Cook>,
    #[entity(position)]
    pub place: i16,
    pub text: String,
    #[entity(belongs_to = Tag, name = tag)]
    pub tag_label: Option<Key<Tag>>,
}

/// A book whose tags stand in a row.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = books)]
#[entity(many_to_many(tags: Tag, through = Stand, by = album, to = tag, ordered))]
pub struct Album {
    #[entity(key, generated)]
    pub id: i32,
    pub title: String,
    #[entity(belongs_to = Cook, name = cook)]
    pub author_id: Key<Cook>,
}

/// A row in between that says where.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = book_tags)]
pub struct Stand {
    #[entity(key, belongs_to = Album, name = album)]
    pub book_id: Key<Album>,
    #[entity(key, belongs_to = Tag, name = tag)]
    pub tag_label: Key<Tag>,
    #[entity(position)]
    pub weight: i32,
}
