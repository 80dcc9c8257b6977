//! The article, and what may be said in one.

use diesel::prelude::*;
use moored::prelude::*;
use serde::{Deserialize, Serialize};

use crate::schema::articles;

/// An article. Its author is not edited; its version says whether somebody else wrote it since it was read.
#[derive(Entity, Queryable, Serialize, Deserialize, Clone, Debug)]
#[diesel(table_name = articles)]
pub struct Article {
    /// The key.
    #[entity(key, generated)]
    pub id: i32,
    /// Who wrote it.
    pub author: String,
    /// The title, of one line.
    pub title: String,
    /// The text.
    pub body: String,
    /// Counted up by every flush that writes the row.
    #[entity(version)]
    pub version: i32,
}

impl Article {
    /// The columns that who reads an article may edit as well.
    pub(crate) const EDITABLE: [&'static str; 2] = ["title", "body"];
    const LONGEST_TITLE: usize = 100;
}

/// What is wrong with a title.
pub(crate) fn check(title: &str) -> Result<(), &'static str> {
    if title.trim().is_empty() {
        Err("An article needs a title.")
    } else if title.chars().count() > Article::LONGEST_TITLE {
        Err("A title has at most 100 characters.")
    } else {
        Ok(())
    }
}
