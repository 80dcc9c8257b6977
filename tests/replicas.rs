//! Read sessions read from replicas, everything else from the database itself. Files with different rows stand for the copies.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::*;
use moored::OrmBuilder;
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

/// Counts the connections that were made, and those that could not be.
#[derive(Clone, Default)]
struct Attempts(Arc<[AtomicUsize; 2]>);

impl Instrumentation for Attempts {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::FinishEstablishConnection { error, .. } = event {
            let [made, refused] = &*self.0;
            if error.is_some() { refused } else { made }.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Attempts {
    fn made(&self) -> usize {
        self.0[0].load(Ordering::Relaxed)
    }

    fn refused(&self) -> usize {
        self.0[1].load(Ordering::Relaxed)
    }

    /// An `Orm` that counts here, and asks a replica again after that long.
    fn of(&self, primary: &Place, recheck: Duration) -> OrmBuilder<Sqlite> {
        let counted = self.clone();
        Orm::builder(primary.url()).replica_recheck(recheck).instrument(move || counted.clone())
    }
}

#[test]
fn one_whose_connections_are_lent_is_passed_over() -> moored::Result<()> {
    let primary = Place::of("lent", "primary");
    let (a, b) = (Place::of("lent", "a"), Place::of("lent", "b"));
    let attempts = Attempts::default();
    let settings = attempts.of(&primary, LONG).replica(a.url()).replica(b.url());
    let orm = settings.pool_size(1).checkout_timeout(Duration::from_millis(50)).build()?;
    orm.read(|first| {
        assert_eq!(whose(first)?, "a");
        assert_eq!((orm.read(whose)?, orm.read(whose)?), ("b".into(), "b".into()));
        orm.read(|second| {
            assert_eq!(whose(second)?, "b");
            orm.read(|third| {
                assert_eq!(whose(third)?, "primary", "it waited for one of them");
                let refused = orm.read(whose).unwrap_err();
                assert!(matches!(refused, moored::Error::NoConnection { .. }) && refused.is_retryable());
                Ok(())
            })
        })
    })?;
    let read = [orm.read(whose)?, orm.read(whose)?];
    assert!(
        read.contains(&"a".into()) && read.contains(&"b".into()),
        "being busy is not being down: {read:?}"
    );
    assert_eq!(attempts.made(), 4, "one in each pool, and one by which the address was found to be right");
    Ok(())
}

#[test]
fn many_readers_at_once_are_all_served_by_replicas() -> moored::Result<()> {
    const READERS: usize = 24;
    let primary = Place::of("many", "primary");
    let (a, b) = (Place::of("many", "a"), Place::of("many", "b"));
    let attempts = Attempts::default();
    let settings = attempts.of(&primary, LONG).replica(a.url()).replica(b.url());
    let orm = settings.pool_size(3).build()?;
    let together = Barrier::new(READERS);
    let read = std::thread::scope(|scope| {
        let reader = || {
            together.wait();
            (0..20).map(|_| orm.read(whose).unwrap()).collect::<Vec<_>>()
        };
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(reader)).collect();
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(read.len(), READERS * 20);
    assert!(!read.contains(&"primary".into()), "being busy is not being down");
    assert_eq!(attempts.refused(), 0);
    // r2d2 makes its own for those who wait, and some beside those that are made for it: the more, the busier the machine is.
    // They are kept for the reads to come.
    assert!(attempts.made() <= 1 + 2 * READERS, "{} connections", attempts.made());
    Ok(())
}

const NOWHERE: &str = "/nowhere/at/all.sqlite";
const LONG: Duration = Duration::MAX;

#[test]
fn one_that_cannot_be_reached_is_left_out() -> moored::Result<()> {
    let primary = Place::of("left-out", "primary");
    let (a, b) = (Place::of("left-out", "a"), Place::of("left-out", "b"));
    let attempts = Attempts::default();
    let settings = attempts.of(&primary, LONG);
    let orm = settings.replica(a.url()).replica(NOWHERE).replica(b.url()).build()?;
    assert_eq!(attempts.refused(), 0, "replicas are not connected to before they are read from");
    let mut read = BTreeMap::new();
    for _ in 0..20 {
        *read.entry(orm.read(whose)?).or_insert(0) += 1;
    }
    assert_eq!(read.len(), 2, "{read:?}");
    assert!(read.values().all(|count| (9..=11).contains(count)), "the others share its turns: {read:?}");
    assert_eq!(attempts.refused(), 1, "it was asked once");
    Ok(())
}

#[test]
fn without_one_that_can_be_reached_the_database_itself_is_read_from() -> moored::Result<()> {
    let primary = Place::of("none", "primary");
    let attempts = Attempts::default();
    let orm = attempts.of(&primary, LONG).replica(NOWHERE).replica("/nowhere/else.sqlite").build()?;
    for _ in 0..10 {
        assert_eq!(orm.read(whose)?, "primary");
    }
    assert_eq!(attempts.refused(), 2, "each was asked once");
    Ok(())
}

/// A replica whose file is not there yet, in a folder that is not there either.
struct Late {
    place: Place,
    folder: PathBuf,
}

impl Late {
    fn of(test: &str) -> Self {
        let place = Place::of(test, "late");
        let folder = std::env::temp_dir().join(format!("moored-{}-{test}-folder", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self { place, folder }
    }

    fn url(&self) -> String {
        self.folder.join("late.sqlite").display().to_string()
    }

    fn comes(&self) {
        std::fs::create_dir(&self.folder).unwrap();
        std::fs::copy(&self.place.0, self.url()).unwrap();
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn one_that_was_left_out_is_read_from_again() -> moored::Result<()> {
    let (primary, late) = (Place::of("again", "primary"), Late::of("again"));
    let attempts = Attempts::default();
    let orm = attempts.of(&primary, Duration::from_millis(1)).replica(late.url()).build()?;
    let until = |done: &dyn Fn() -> bool| {
        let started = Instant::now();
        while !done() {
            assert!(started.elapsed() < Duration::from_secs(20), "{} refused", attempts.refused());
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    until(&|| orm.read(whose).unwrap() == "primary" && attempts.refused() > 3);
    late.comes();
    until(&|| orm.read(whose).unwrap() == "late");
    let before = attempts.refused();
    for _ in 0..10 {
        assert_eq!(orm.read(whose)?, "late");
    }
    assert_eq!(attempts.refused(), before);
    Ok(())
}

#[test]
fn a_check_finds_out_what_is_reached_and_what_is_not() -> moored::Result<()> {
    let (primary, late) = (Place::of("check", "primary"), Late::of("check"));
    let attempts = Attempts::default();
    let orm = attempts.of(&primary, LONG).replica(late.url()).replica(NOWHERE).build()?;
    assert!(matches!(orm.check_replicas(), Err(moored::Error::NoConnection { .. })));
    assert_eq!((orm.read(whose)?, attempts.refused()), ("primary".into(), 2));
    late.comes();
    assert!(orm.check_replicas().is_err(), "the other is not there");
    assert_eq!((orm.read(whose)?, attempts.refused()), ("late".into(), 3));
    let orm = attempts.of(&primary, LONG).replica(late.url()).build()?;
    orm.check_replicas()
}

#[test]
fn a_wrong_address_of_the_database_itself_is_found_out_at_once() {
    let built = Orm::<Sqlite>::builder(NOWHERE).build();
    assert!(matches!(built, Err(moored::Error::NoConnection { .. })));
}
