//! What COMMIT finds broken: a typed error, memory as it was, and a connection that goes on. SQLite leaves the transaction open
//! when it refuses COMMIT; PostgreSQL ends it.

use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result};
use moored_server_tests::{Flavour, Place};

use crate::couples::*;

/// What is sent last when COMMIT is refused.
const fn commit(flavour: Flavour) -> &'static [&'static str] {
    match flavour {
        Flavour::Sqlite => &["COMMIT", "ROLLBACK"],
        _ => &["COMMIT"],
    }
}

fn ends_with(sent: &[String], last: &[&str]) -> bool {
    sent.len() > last.len() && sent[sent.len() - last.len()..] == *last
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T>) {
    match result {
        Err(Error::Database { failure, .. }) => assert_eq!(failure.kind, FailureKind::ForeignKey),
        other => panic!("it was not refused: {other:?}"),
    }
}

pub(crate) fn a_flush_leaves_everything_pending<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, log) = open(&place);
    orm.session(|session| {
        let ned = session.persist(husband(1, 2))?;
        let cat = session.persist(wife(2, 9))?;
        let pending = session.plan()?;
        for _ in 0..2 {
            refused(session.flush());
            let expected = [&["BEGIN", "INSERT", "INSERT"], commit(place.flavour())].concat();
            assert_eq!(sent(&log), expected);
            assert_eq!(session.plan()?, pending);
            assert!(matches!(session.refresh(&ned), Err(Error::NotWritten { .. })), "it was taken for a row");
        }
        // Another statement on the same connection is in no transaction.
        assert_eq!(session.select(Select::<Wife>::all()).flush_mode(FlushMode::Commit).count()?, 0);
        session.edit(&cat)?.husband_id = Key::new(1);
        session.flush()
    })
    .unwrap();
    assert_has(&orm, [&[1], &[2], &[]]);
}

pub(crate) fn a_removal_stays_scheduled<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, log) = open(&place);
    orm.session(|session| {
        let ned = session.persist(husband(1, 2))?;
        let cat = session.persist(wife(2, 1))?;
        session.flush()?;
        sent(&log);
        let cat = session.remove(cat)?;
        session.edit(&ned)?.name = "Eddard".into();
        let pending = session.plan()?;
        refused(session.flush());
        assert_eq!(sent(&log), [&["BEGIN", "UPDATE", "DELETE"], commit(place.flavour())].concat());
        assert_eq!(session.plan()?, pending);
        let _ = session.restore(cat)?;
        session.flush()?;
        assert_eq!(sent(&log), ["UPDATE"]);
        Ok(())
    })
    .unwrap();
    assert_has(&orm, [&[1], &[2], &[]]);
}

/// Outside of a transaction it is its own, and checked at its end.
pub(crate) fn a_single_statement_is_refused_by_itself<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, log) = open(&place);
    orm.session(|session| {
        let ned = session.persist(husband(1, 2))?;
        refused(session.flush());
        assert_eq!(sent(&log), ["INSERT"]);
        assert!(matches!(session.refresh(&ned), Err(Error::NotWritten { .. })));
        session.persist(wife(2, 1))?;
        session.flush()
    })
    .unwrap();
    assert_has(&orm, [&[1], &[2], &[]]);
}

pub(crate) fn a_transaction_is_undone_in_memory_too<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, log) = open(&place);
    orm.session(|session| {
        let ned = session.persist(husband(1, 2))?;
        let cat = session.persist(wife(2, 1))?;
        session.flush()?;
        session.edit(&cat)?.name = "pending outside".into();
        let pending = session.plan()?;
        for flushes in [true, false] {
            sent(&log);
            let ended = session.transaction(|tx| {
                tx.edit(&ned)?.wife_id = Key::new(9);
                tx.persist(husband(3, 2))?;
                if flushes { tx.flush() } else { Ok(()) }
            });
            refused(ended);
            let sent = sent(&log);
            assert!(ends_with(&sent, commit(place.flavour())), "{sent:?}");
            assert_eq!(*session[&ned].wife_id.value(), 2);
            assert_eq!(session.plan()?, pending);
        }
        assert!(session.find::<Husband>(3)?.is_none());
        session.transaction(|tx| {
            tx.edit(&ned)?.name = "Eddard".into();
            Ok(())
        })?;
        session.flush()
    })
    .unwrap();
    assert_has(&orm, [&[1], &[2], &[]]);
}

pub(crate) fn a_savepoint_may_owe_what_its_transaction_pays<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, _) = open(&place);
    let wed = |pays: bool| {
        orm.session(|session| {
            session.transaction(|tx| {
                tx.transaction(|inner| inner.persist(husband(1, 2)).map(drop))?;
                if pays {
                    tx.persist(wife(2, 1))?;
                }
                Ok(())
            })
        })
    };
    refused(wed(false));
    assert_has(&orm, [&[], &[], &[]]);
    wed(true).unwrap();
    assert_has(&orm, [&[1], &[2], &[]]);
}
