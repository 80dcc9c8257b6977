//! An audit table: who did what, in the transaction in which it was done.

use std::cell::RefCell;

use diesel::prelude::*;
use moored::event::Events;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::article::Article;
use crate::schema::audits;

/// What somebody did.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = audits)]
pub struct Audit {
    /// In the order in which things were done.
    #[entity(key, generated)]
    pub id: i32,
    /// Of whom [`acting_as`] said that the work is theirs.
    pub who: String,
    /// Which row, and what became of it.
    pub what: String,
}

thread_local! {
    /// A session runs on one thread from its beginning to its end, so that whoever opens it can say for whom.
    static WHO: RefCell<String> = RefCell::new("nobody".into());
}

/// Runs work for somebody, whose name the audit has.
pub fn acting_as<R>(who: &str, work: impl FnOnce() -> R) -> R {
    let before = WHO.replace(who.into());
    let done = work();
    WHO.set(before);
    done
}

/// Tells the table of every article that is inserted or changed.
pub fn subscribe(events: &mut Events<'_, Sqlite>) {
    // Its key is there once it is written.
    events.after_create::<Article>(|event, article| {
        let what = format!("article {}: created as {:?}", event[&article].id, event[&article].title);
        event.persist(audit(what))?;
        Ok(())
    });
    // What it was is there until it is written.
    events.before_update::<Article>(|event, article| {
        let (old, new) = (event.original(&article), &event[&article]);
        let mut what = format!("article {}:", new.id);
        if old.title != new.title {
            what.push_str(&format!(" {:?} became {:?}", old.title, new.title));
        }
        if old.deleted_at.is_none() && new.deleted_at.is_some() {
            what.push_str(" deleted");
        }
        event.persist(audit(what))?;
        Ok(())
    });
}

fn audit(what: String) -> NewAudit {
    NewAudit::new(WHO.with_borrow(Clone::clone), what)
}
