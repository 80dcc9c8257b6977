//! `updated_at`: when a row was written last, whoever wrote it.

use moored::event::{Creation, Events};
use moored_sqlite::Sqlite;

use crate::article::{Article, now};

/// Sets it whenever an article is inserted or updated.
pub fn subscribe(events: &mut Events<'_, Sqlite>) {
    events.before_create::<Article>(|event, article| {
        if let Creation::Draft(article) = article {
            event.edit_draft(&article)?.updated_at = Some(now());
        }
        Ok(())
    });
    events.before_update::<Article>(|event, article| {
        event.edit(&article)?.updated_at = now();
        Ok(())
    });
}
