//! Read sessions read from replicas, everything else from the database itself. Files with different rows stand for the copies.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! { authors { id -> Integer, name -> Text } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
struct Author {
    #[entity(key)]
    id: i32,
    name: String,
}

/// A database with one author, whose name says which it is.
struct Place(PathBuf);

impl Place {
    fn of(test: &str, name: &str) -> Self {
        let place =
            Self(std::env::temp_dir().join(format!("moored-{}-{test}-{name}.sqlite", std::process::id())));
        place.remove();
        let orm = Orm::<Sqlite>::connect(place.url()).unwrap();
        orm.with_connection(|connection| {
            diesel::sql_query("CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
                .execute(connection)?;
            diesel::sql_query(format!("INSERT INTO authors VALUES (1, '{name}')")).execute(connection)?;
            Ok(())
        })
        .unwrap();
        place
    }

    fn url(&self) -> String {
        self.0.display().to_string()
    }

    fn remove(&self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.url()));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Whose author that is; written once for every kind of session.
fn whose<A: ?Sized>(uow: &mut UnitOfWork<'_, Sqlite, A>) -> moored::Result<String> {
    let author = uow.find::<Author>(1)?.required()?;
    Ok(uow[&author].name.clone())
}

#[test]
fn read_sessions_alone_read_from_a_replica() -> moored::Result<()> {
    let (primary, copy) = (Place::of("routed", "primary"), Place::of("routed", "copy"));
    let orm = Orm::<Sqlite>::builder(primary.url()).replica(copy.url()).build()?;
    assert_eq!(orm.read(whose)?, "copy");
    assert_eq!(orm.clone().read(whose)?, "copy");
    assert_eq!(orm.read_current(whose)?, "primary");
    orm.session(|session| {
        assert_eq!(whose(session)?, "primary");
        session.transaction(|tx| {
            assert_eq!(whose(tx)?, "primary");
            let author = tx.find::<Author>(1)?.required()?;
            tx.edit(&author)?.name = "written".into();
            Ok(())
        })?;
        session.scope(|scope| {
            assert_eq!(whose(scope)?, "written");
            Ok(())
        })
    })?;
    assert_eq!((orm.read(whose)?, orm.read_current(whose)?), ("copy".into(), "written".into()));
    Ok(())
}

#[test]
fn several_replicas_take_turns() -> moored::Result<()> {
    let primary = Place::of("turns", "primary");
    let copies = ["a", "b", "c"].map(|name| Place::of("turns", name));
    let settings = Orm::<Sqlite>::builder(primary.url());
    let orm = copies.iter().fold(settings, |settings, copy| settings.replica(copy.url())).build()?;
    let mut read = BTreeMap::new();
    for _ in 0..12 {
        *read.entry(orm.read(whose)?).or_insert(0) += 1;
    }
    assert_eq!(read, BTreeMap::from([("a".into(), 4), ("b".into(), 4), ("c".into(), 4)]));
    Ok(())
}

#[test]
fn one_that_gives_no_connection_is_an_error_and_the_next_session_reads_from_the_next() -> moored::Result<()> {
    let primary = Place::of("lent", "primary");
    let (a, b) = (Place::of("lent", "a"), Place::of("lent", "b"));
    let settings = Orm::<Sqlite>::builder(primary.url()).replica(a.url()).replica(b.url());
    let orm = settings.pool_size(1).checkout_timeout(Duration::from_millis(50)).build()?;
    orm.read(|holder| {
        assert_eq!(whose(holder)?, "a");
        assert_eq!(orm.read(whose)?, "b");
        let refused = orm.read(whose).unwrap_err();
        assert!(matches!(refused, moored::Error::NoConnection { .. }) && refused.is_retryable());
        assert_eq!(orm.read(whose)?, "b");
        Ok(())
    })
}

#[test]
fn an_address_that_leads_nowhere_is_found_out_at_once() {
    let primary = Place::of("nowhere", "primary");
    let built = Orm::<Sqlite>::builder(primary.url()).replica("/nowhere/at/all.sqlite").build();
    assert!(matches!(built, Err(moored::Error::NoConnection { .. })));
}
