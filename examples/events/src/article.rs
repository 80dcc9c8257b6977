//! What everything here is about.

use chrono::{NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;
use moored::prelude::*;

use crate::schema::articles;

/// An article. It is marked when it is deleted, and knows when it was changed last.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = articles)]
pub struct Article {
    /// Made by the database.
    #[entity(key, generated)]
    pub id: i32,
    /// Never empty: the table has a CHECK.
    pub title: String,
    /// Kept by [`updated_at`](crate::updated_at).
    #[entity(default)]
    pub updated_at: NaiveDateTime,
    /// Kept by [`soft_delete`](crate::soft_delete).
    pub deleted_at: Option<NaiveDateTime>,
    /// Counted by the library.
    #[entity(version)]
    pub version: i32,
}

/// The present moment, as the database keeps it.
pub(crate) fn now() -> NaiveDateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
}
