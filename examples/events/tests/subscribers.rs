//! What each subscriber promises, also where a flush fails.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;
use events::article::{Article, NewArticle};
use events::audit::{Audit, acting_as};
use events::outbox::{Message, send};
use events::schema::{articles, audits, messages};
use events::{open, soft_delete};
use moored::Error;
use moored::prelude::*;
use moored_sqlite::Sqlite;

fn orm() -> Orm<Sqlite> {
    open(":memory:", || {}).unwrap()
}

fn written(orm: &Orm<Sqlite>, title: &str) -> Key<Article> {
    orm.session(|session| {
        let article = session.persist(NewArticle::new(title))?;
        session.flush()?;
        let article = session.promote(&article)?;
        Ok(session.key(&article))
    })
    .unwrap()
}

fn audit(orm: &Orm<Sqlite>) -> Vec<(String, String)> {
    orm.read(|session| {
        let audits = session.query::<Audit>(audits::table.order(audits::id)).all()?;
        Ok(audits.iter().map(|audit| (session[audit].who.clone(), session[audit].what.clone())).collect())
    })
    .unwrap()
}

fn waiting(orm: &Orm<Sqlite>) -> u64 {
    orm.read(|session| session.query::<Message>(messages::table).count()).unwrap()
}

fn nothing_happened(orm: &Orm<Sqlite>) -> bool {
    let articles = orm.read(|session| session.query::<Article>(articles::table).count()).unwrap();
    articles == 0 && audit(orm).is_empty() && waiting(orm) == 0
}

#[test]
fn an_article_knows_when_it_was_changed() {
    let orm = orm();
    let key = written(&orm, "a");
    orm.session(|session| {
        let article = session.find::<Article>(key)?.required()?;
        let first = session[&article].updated_at;
        session.edit(&article)?.title = "b".into();
        session.flush()?;
        let second = session[&article].updated_at;
        assert!(second > first);
        session.flush()?;
        session.refresh(&article)?;
        assert_eq!(session[&article].updated_at, second);
        assert_eq!(session[&article].version, 2);
        Ok(())
    })
    .unwrap();
}

#[test]
fn an_article_that_is_removed_is_marked_by_handle_and_by_key() {
    let orm = orm();
    let keys = [written(&orm, "a"), written(&orm, "b"), written(&orm, "c")];
    orm.session(|session| {
        let [by_handle, by_key, _] = keys;
        let article = session.find::<Article>(by_handle)?.required()?;
        let _ = session.remove(article)?;
        let article = session.reference::<Article>(by_key)?;
        session.remove(article)?;
        session.flush()
    })
    .unwrap();
    let counts = orm.read(|session| {
        let living = session.query::<Article>(soft_delete::living()).count()?;
        Ok((living, session.query::<Article>(articles::table).count()?))
    });
    assert_eq!(counts.unwrap(), (1, 3));
    let deleted = audit(&orm).iter().filter(|(_, what)| what.ends_with(" deleted")).count();
    assert_eq!(deleted, 2);
}

#[test]
fn the_audit_has_the_key_of_a_new_row_and_both_values_of_a_changed_one() {
    let orm = orm();
    acting_as("Ada", || {
        let key = written(&orm, "a");
        orm.session(|session| {
            let article = session.find::<Article>(key)?.required()?;
            session.edit(&article)?.title = "b".into();
            session.flush()
        })
        .unwrap();
    });
    let expected = ["article 1: created as \"a\"", "article 1: \"a\" became \"b\""];
    assert_eq!(audit(&orm), expected.map(|what| ("Ada".to_owned(), what.to_owned())));
}

#[test]
fn a_flush_that_fails_or_is_rolled_back_leaves_neither_row_nor_audit_nor_message() {
    let orm = orm();
    orm.session(|session| {
        session.persist(NewArticle::new("good"))?;
        let bad = session.persist(NewArticle::new(""))?; // the table has a CHECK
        assert!(matches!(session.flush(), Err(Error::Database { .. })));
        assert!(nothing_happened(&orm));
        session.edit_draft(&bad)?.title = "better".into();
        let undone = session.transaction(|tx| {
            tx.persist(NewArticle::new("third"))?;
            tx.flush()?;
            Err::<(), _>(Error::NotFound { entity: "reason to go on" })
        });
        assert!(undone.is_err());
        assert!(nothing_happened(&orm));
        session.flush()
    })
    .unwrap();
    // Each once, though two flushes were tried.
    assert_eq!((audit(&orm).len(), waiting(&orm)), (2, 2));
}

#[test]
fn a_message_is_sent_at_least_once_and_not_before_it_is_true() {
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let wake = move || {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let orm = open(":memory:", wake).unwrap();
    orm.session(|session| {
        session.transaction(|tx| {
            tx.persist(NewArticle::new("a"))?;
            tx.persist(NewArticle::new("b"))?;
            tx.flush()?;
            assert_eq!(woken.load(Ordering::Relaxed), 0);
            Ok(())
        })
    })
    .unwrap();
    assert_eq!(woken.load(Ordering::Relaxed), 1);
    let failing = send(&orm, |text| match text.starts_with("new: b") {
        true => Err(Error::NotFound { entity: "postman" }),
        false => Ok(()),
    });
    assert!(failing.is_err());
    assert_eq!(waiting(&orm), 1, "the one that failed waits");
    assert_eq!(send(&orm, |_| Ok(())).unwrap(), 1);
    assert_eq!(waiting(&orm), 0);
}
