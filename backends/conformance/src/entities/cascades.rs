//! Rows that the database deletes with others, by foreign keys of which only some structs tell.

use diesel::prelude::*;
use moored::prelude::*;

use crate::schema::{archives, folders, sheets};

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
