//! Sessions that read, on a primary of PostgreSQL and its streaming replica: which server answers whom, what each of them shows,
//! and what happens when the replica is not there.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod door;
mod down;
mod pair;

use diesel::prelude::*;
use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result, Retry};
use moored_postgres::Postgres;

use crate::pair::{Answers, Author, Pair, name, replicated_authors, who};

#[test]
fn reads_are_answered_by_the_replica_and_all_else_by_the_primary() -> Result<()> {
    let pair = Pair::take();
    let orm = pair.orm([pair.replica()]).build()?;
    for _ in 0..3 {
        assert_eq!(orm.read(who)?, Answers::Replica);
        assert_eq!(orm.read_current(who)?, Answers::Primary);
    }
    orm.session(|session| {
        assert_eq!(who(session)?, Answers::Primary);
        session.transaction(|tx| {
            assert_eq!(who(tx)?, Answers::Primary);
            tx.requires_new(|new| {
                assert_eq!(who(new)?, Answers::Primary);
                Ok(())
            })
        })?;
        session.scope(|scope| {
            assert_eq!(who(scope)?, Answers::Primary);
            Ok(())
        })?;
        // One beside it, in the middle of the work, is another session.
        assert_eq!(orm.read(who)?, Answers::Replica);
        Ok(())
    })
}

#[test]
fn the_replica_shows_what_was_written_once_it_has_it() -> Result<()> {
    let mut pair = Pair::take();
    let orm = pair.orm([pair.replica()]).build()?;
    pair.pause();
    orm.session(|session| {
        let author = session.find::<Author>(1)?.required()?;
        session.edit(&author)?.name = "new".into();
        session.flush()?;
        assert_eq!(name(session)?, "new");
        Ok(())
    })?;
    for _ in 0..3 {
        assert_eq!(orm.read(name)?, "old");
        assert_eq!(orm.read_current(name)?, "new");
    }
    pair.resume();
    pair.catch_up();
    assert_eq!((orm.read(name)?, orm.read_current(name)?), ("new".into(), "new".into()));
    Ok(())
}

/// The types leave no way to try it but a function in a query, and an `Orm` whose database is the replica.
#[test]
fn the_replica_refuses_to_write() -> Result<()> {
    let mut pair = Pair::take();
    pair.write("CREATE SEQUENCE IF NOT EXISTS replicated_numbers");
    pair.catch_up();
    let orm = pair.orm([pair.replica()]).build()?;
    let counts = |orm: &Orm<Postgres>| {
        let next = diesel::dsl::sql::<diesel::sql_types::Bool>("nextval('replicated_numbers') > 0");
        orm.read(|session| session.query::<Author>(replicated_authors::table.filter(next)).count())
    };
    let refused = counts(&orm).unwrap_err();
    assert_eq!(refused.failure().unwrap().kind, FailureKind::ReadOnly, "{refused}");
    assert_eq!(counts(&pair.orm([]).build()?)?, 1, "the primary does not mind");
    pair.write("DROP SEQUENCE replicated_numbers");

    let orm = Orm::<Postgres>::connect(pair.replica())?;
    orm.session(|session| {
        let author = session.find::<Author>(1)?.required()?;
        session.edit(&author)?.name = "new".into();
        let refused = session.flush().unwrap_err();
        assert_eq!(refused.failure().unwrap().kind, FailureKind::ReadOnly, "{refused}");
        assert!(session.has_changes(), "they are as they were");
        session.discard();
        assert_eq!(name(session)?, "old");
        Ok(())
    })
}

/// Whether a commit went through is asked of the primary: a replica that has not got it yet would say no, and it would be done
/// twice.
#[test]
fn an_unknown_commit_is_looked_up_on_the_primary() -> Result<()> {
    let mut pair = Pair::take();
    let orm = pair.orm([pair.replica()]).build()?;
    pair.pause();
    let mut attempts = 0;
    let mut answered = Vec::new();
    let found = orm.retry_verified(
        &Retry::default(),
        |_| {
            attempts += 1;
            // It was committed, and the connection was lost before that was heard.
            pair.write("INSERT INTO replicated_authors VALUES (2, 'order 4711')");
            Err(Error::CommitUnknown { source: diesel::result::Error::BrokenTransactionManager })
        },
        |session| {
            answered.push(who(session)?);
            let done = replicated_authors::table.filter(replicated_authors::name.eq("order 4711"));
            let done = session.query::<Author>(done).first()?;
            Ok(done.map(|author| session[&author].id))
        },
    )?;
    assert_eq!((found, attempts, answered), (2, 1, vec![Answers::Primary]));
    assert_eq!(
        orm.read(|session| session.select(Select::<Author>::all()).count())?,
        1,
        "the replica has not got it"
    );
    Ok(())
}
