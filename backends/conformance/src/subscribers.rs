//! Subscribers of events that note what they are told, and some that veto.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use moored::Result;
use moored::backend::FailureKind;
use moored::event::{Creation, Events};
use moored::prelude::*;
use moored::{Error, FlushAuthority};

use crate::entities::{Author, NewAuthor, NewNote, Note, Tag};

/// What subscribers were told, in order.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    /// One more.
    pub fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    /// Everything since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Forgets everything.
    pub fn skip(&self) {
        drop(self.take());
    }

    /// Compares everything since the last call with that.
    pub fn expect<const N: usize>(&self, expected: [&str; N]) {
        assert_eq!(self.take(), expected);
    }
}

/// Subscribers of everything about authors and tags, which note it.
pub fn note_all<B: Backend>(told: &Told, events: &mut Events<'_, B>)
where
    Author: Entity<B>,
    Tag: Entity<B>,
{
    macro_rules! noted {
        ($($event:ident $what:literal $entity:ty, $by:ident;)*) => {$({
            let told = told.clone();
            events.$event::<$entity>(move |event, row| {
                told.note(format!(concat!($what, " {}"), event[&row].$by));
                Ok(())
            });
        })*};
    }
    macro_rules! noted_once {
        ($($event:ident)*) => {$({
            let told = told.clone();
            events.$event(move |_| {
                told.note(stringify!($event));
                Ok(())
            });
        })*};
    }
    noted_once!(before_commit before_flush after_flush);
    noted! {
        before_update "before update" Author, name;
        before_remove "before remove" Author, name;
        after_create "after create" Author, name;
        after_update "after update" Author, name;
        after_remove "after remove" Author, name;
        after_create "after create" Tag, label;
    }
    let noted = told.clone();
    events.before_create::<Author>(move |event, row| {
        let Creation::Draft(row) = row else { panic!("an author is a draft before it is written") };
        noted.note(format!("before create {}", event.draft(&row)?.name));
        Ok(())
    });
    let noted = told.clone();
    events.before_create::<Tag>(move |event, row| {
        let Creation::Value(row) = row else { panic!("this tag is a value") };
        noted.note(format!("before create {}", event[&row].label));
        Ok(())
    });
    let noted = told.clone();
    events.on_flush(move |_, plan| {
        noted.note(format!("on flush of {} steps", plan.steps().len()));
        Ok(())
    });
    let noted = told.clone();
    events.after_commit(move |_| noted.note("after commit"));
    let noted = told.clone();
    events.after_rollback(move |_| noted.note("after rollback"));
}

/// Subscribers of every event, of which those of rows add a note and hook on the commit, and `who` vetoes while that is on.
pub fn vetoing<B: Backend>(events: &mut Events<'_, B>, who: &'static str, veto: &Arc<AtomicBool>, told: &Told)
where
    Author: Entity<B>,
    Note: Entity<B>,
{
    let answer = |event: &'static str| {
        let veto = Arc::clone(veto);
        move || if who == event && veto.load(Ordering::Relaxed) { Err(who.into()) } else { Ok(()) }
    };
    macro_rules! of_rows {
        ($($event:ident)*) => {$({
            let (answer, told) = (answer(stringify!($event)), told.clone());
            events.$event::<Author>(move |event, _| {
                event.persist(NewNote::new(stringify!($event), 0))?;
                let told = told.clone();
                event.after_commit(move || told.note(stringify!($event)));
                answer()
            });
        })*};
    }
    macro_rules! of_flushes {
        ($($event:ident)*) => {$({
            let answer = answer(stringify!($event));
            events.$event(move |_| answer());
        })*};
    }
    of_flushes!(before_commit before_flush after_flush);
    of_rows!(before_create before_update before_remove after_create after_update after_remove);
    let answer = answer("on_flush");
    events.on_flush(move |_, _| answer());
}

/// A subscriber of the event `who`, of authors if it is one of rows, that panics while that is on. Where it can, it has
/// persisted a note by then.
pub fn panicking<B: Backend>(events: &mut Events<'_, B>, who: &str, panics: &Arc<AtomicBool>)
where
    Author: Entity<B>,
    Note: Entity<B>,
{
    let asked = Arc::clone(panics);
    let ask = move || {
        assert!(!asked.load(Ordering::Relaxed), "on purpose");
        Ok(())
    };
    macro_rules! adds {
        ($event:ident) => {{
            $event.persist(NewNote::new("added", 0))?;
            ask()
        }};
    }
    match who {
        "before_commit" => events.before_commit(move |event| adds!(event)),
        "before_flush" => events.before_flush(move |event| adds!(event)),
        "before_create" => events.before_create::<Author>(move |event, _| adds!(event)),
        "before_update" => events.before_update::<Author>(move |event, _| adds!(event)),
        "before_remove" => events.before_remove::<Author>(move |event, _| adds!(event)),
        "on_flush" => events.on_flush(move |_, _| ask()),
        "after_create" => events.after_create::<Author>(move |event, _| adds!(event)),
        "after_update" => events.after_update::<Author>(move |event, _| adds!(event)),
        "after_remove" => events.after_remove::<Author>(move |event, _| adds!(event)),
        "after_flush" => events.after_flush(move |_| ask()),
        other => panic!("{other} is no event"),
    }
}

/// Makes, edits and removes an author, and flushes that, twice against the veto of `who`, or where that is nobody against
/// the database, and then for good.
///
/// # Errors
///
/// What should not go wrong.
pub fn flush_against_a_veto<B: Backend, A: FlushAuthority>(
    uow: &mut UnitOfWork<'_, B, A>,
    who: &str,
    veto: &AtomicBool,
    told: &Told,
    keys: [Key<Author>; 2],
) -> Result<()>
where
    Author: Entity<B>,
    Note: Entity<B>,
{
    let by_database = who == "nobody";
    let edited = uow.find::<Author>(keys[0])?.required()?;
    let removed = uow.find::<Author>(keys[1])?.required()?;
    let new = uow.persist(NewAuthor::new("new").email("new"))?;
    uow.edit(&edited)?.name = "edited".into();
    let removed = uow.remove(removed)?;
    if by_database {
        uow.edit(&edited)?.email = Some("taken".into());
    }
    veto.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        match uow.flush() {
            Err(Error::Vetoed { source }) if !by_database => assert_eq!(source.to_string(), who),
            Err(Error::Database { failure, .. }) if by_database => {
                assert_eq!(failure.kind, FailureKind::Unique);
            }
            flushed => panic!("{flushed:?}"),
        }
        assert_eq!(uow.draft(&new)?.name, "new");
        assert_eq!((uow[&edited].name.as_str(), uow[&edited].version), ("edited", 1));
        assert_eq!(uow.original(&edited).name, "a");
        assert_eq!(uow[&removed].version, 1);
        let plan = uow.plan()?;
        let mut planned: Vec<_> =
            plan.steps().iter().map(|step| format!("{} {}", step.action, step.entity.name)).collect();
        planned.sort_unstable();
        assert_eq!(planned, ["DELETE Author", "INSERT Author", "UPDATE Author"]);
    }
    told.expect([]);
    veto.store(false, Ordering::Relaxed);
    if by_database {
        uow.edit(&edited)?.email = None;
    }
    uow.flush()?;
    let new = uow.promote(&new)?;
    assert_eq!((uow[&new].version, uow[&edited].version), (1, 2));
    assert!(!uow.has_changes());
    Ok(())
}
