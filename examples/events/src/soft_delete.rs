//! Soft deletion: a row that is removed is marked, and left out by whoever reads the living.

use diesel::dsl::{Filter, IsNull};
use diesel::prelude::*;
use moored::event::Events;
use moored_sqlite::Sqlite;

use crate::article::{Article, now};
use crate::schema::articles;

/// Marks articles instead of deleting them, also those that are removed by their key alone.
pub fn subscribe(events: &mut Events<'_, Sqlite>) {
    events.before_remove::<Article>(|event, article| {
        let article = event.restore(article)?;
        event.edit(&article)?.deleted_at = Some(now());
        Ok(())
    });
}

/// The articles that are not deleted: a query to go on from.
#[must_use]
pub fn living() -> Filter<articles::table, IsNull<articles::deleted_at>> {
    articles::table.filter(articles::deleted_at.is_null())
}
