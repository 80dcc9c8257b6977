//! What the server refuses, in words that are the same for every database.

use std::sync::Barrier;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::Error;
use moored::backend::{Failure, FailureKind};
use moored::prelude::*;
use moored_mysql::{Flavor, MysqlOptions, Server};

use crate::shop::{Author, NewAuthor, NewBook, Shop, Ticket, authors};

fn failure<T: std::fmt::Debug>(result: Result<T, Error>) -> Failure {
    match result {
        Err(Error::Database { failure, source }) => {
            println!("{failure:?} {source:?}");
            *failure
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn constraints_are_told_apart() {
    let shop = Shop::open("constraints");
    shop.orm
        .session(|session| {
            let arya = session.persist(NewAuthor::new("Arya").email("a@w.example"))?;
            session.flush()?;
            let twin = session.persist(NewAuthor::new("Twin").email("a@w.example"))?;
            let refused = failure(session.flush());
            assert_eq!((refused.kind, refused.constraint.as_deref()), (FailureKind::Unique, Some("email")));
            session.edit_draft(&twin)?.email = None;
            session.flush()?;

            let book = session.persist(NewBook::new("Needle", &arya).pages(-1))?;
            let refused = failure(session.flush());
            assert_eq!(
                (refused.kind, refused.constraint.as_deref()),
                (FailureKind::Check, Some("some_pages"))
            );
            session.edit_draft(&book)?.pages = Some(1);
            session.flush()?;

            let arya = session.promote(&arya)?;
            let arya = session.remove(arya)?;
            let refused = failure(session.flush());
            assert_eq!((refused.kind, refused.table.as_deref()), (FailureKind::ForeignKey, Some("books")));
            assert_eq!(refused.column.as_deref(), Some("author_id"));
            session.restore(arya)?;
            Ok(())
        })
        .unwrap();
    shop.sql("UPDATE authors SET email = id WHERE email IS NULL; ALTER TABLE authors MODIFY email VARCHAR(200) NOT NULL");
    let refused = failure(shop.orm.session(|session| {
        session.persist(NewAuthor::new("Nobody"))?;
        session.flush()
    }));
    assert_eq!((refused.kind, refused.column.as_deref()), (FailureKind::NotNull, Some("email")));
}

#[test]
fn a_lock_is_waited_for_as_long_as_configured() {
    let options = MysqlOptions { lock_wait_timeout: Some(Duration::from_secs(1)), ..MysqlOptions::default() };
    let shop = Shop::with("lock", 1, options);
    shop.sql("INSERT INTO tickets (id) VALUES (1)");
    let mut other = MysqlConnection::establish(&shop.url).unwrap();
    other.batch_execute("BEGIN; UPDATE tickets SET state = 'mine'").unwrap();
    let refused = failure(shop.orm.session(|session| {
        let ticket = session.find::<Ticket>(1)?.required()?;
        session.edit(&ticket)?.state = "theirs".into();
        session.flush()
    }));
    assert_eq!(refused.kind, FailureKind::LockTimeout);
}

#[test]
fn a_deadlock_dooms_the_transaction() {
    let shop = Shop::with("deadlock", 2, MysqlOptions::default());
    shop.sql("INSERT INTO tickets (id) VALUES (1), (2)");
    let both = Barrier::new(2);
    let work = |first: i64, second: i64| {
        shop.orm.session(|session| {
            session.transaction(|tx| {
                let ticket = tx.find::<Ticket>(first)?.required()?;
                tx.edit(&ticket)?.state = format!("by {first}");
                tx.flush()?;
                both.wait();
                let ticket = tx.find::<Ticket>(second)?.required()?;
                tx.edit(&ticket)?.state = format!("by {first}");
                // Swallowed: the commit must fail nevertheless.
                let refused = tx.flush();
                if refused.is_err() {
                    assert_eq!(failure(refused).kind, FailureKind::Deadlock);
                    assert!(matches!(tx.find::<Ticket>(99), Err(Error::Doomed { .. })));
                }
                Ok(())
            })
        })
    };
    let (one, two) = std::thread::scope(|threads| {
        let one = threads.spawn(|| work(1, 2));
        let two = threads.spawn(|| work(2, 1));
        (one.join().unwrap(), two.join().unwrap())
    });
    let errors: Vec<Error> = [one, two].into_iter().filter_map(Result::err).collect();
    assert!(matches!(errors.as_slice(), [Error::Doomed { .. }]), "{errors:?}");
    // The one that was not chosen is stored whole.
    let states = shop.orm.read(|s| {
        let all = s.find_many::<Ticket, _>([1_i64, 2])?.required()?;
        Ok((s[&all[0]].state.clone(), s[&all[1]].state.clone()))
    });
    let (one, two) = states.unwrap();
    assert_eq!(one, two);
}

#[test]
fn a_record_that_changed_since_it_was_read() {
    let shop = Shop::open("snapshot");
    let mut plain = MysqlConnection::establish(&shop.url).unwrap();
    if Server::of(&mut plain).unwrap().flavor != Flavor::MariaDb {
        println!("only MariaDB has innodb_snapshot_isolation");
        return;
    }
    shop.sql("INSERT INTO authors (id, name, version) VALUES (1, 'Arya', 1); SET SESSION innodb_snapshot_isolation = ON");
    let ended = shop.orm.session(|session| {
        session.transaction(|tx| {
            let arya = tx.find::<Author>(1)?.required()?;
            plain.batch_execute("UPDATE authors SET version = 2").map_err(Error::from)?;
            tx.edit(&arya)?.name = "No One".into();
            assert_eq!(failure(tx.flush()).kind, FailureKind::Serialization);
            Ok(())
        })
    });
    assert!(matches!(ended, Err(Error::Doomed { .. })), "{ended:?}");
}

#[test]
fn a_read_only_transaction_refuses_to_write() {
    let shop = Shop::open("read_only");
    shop.sql("SET SESSION TRANSACTION READ ONLY");
    let refused = failure(shop.orm.session(|session| {
        session.persist(NewAuthor::new("Nobody"))?;
        session.flush()
    }));
    assert_eq!(refused.kind, FailureKind::ReadOnly);
}

#[test]
fn a_killed_connection_is_lost_and_replaced() {
    let shop = Shop::open("killed");
    shop.sql("INSERT INTO authors (id, name, version) VALUES (1, 'Arya', 1)");
    let mut other = MysqlConnection::establish(&shop.url).unwrap();
    let lost = shop.orm.session(|session| {
        session.transaction(|tx| {
            let arya = tx.find::<Author>(1)?.required()?;
            kill_others(&mut other);
            tx.edit(&arya)?.name = "No One".into();
            assert_eq!(failure(tx.flush()).kind, FailureKind::LostConnection);
            Ok(())
        })
    });
    assert!(matches!(lost, Err(Error::Doomed { .. })), "{lost:?}");
    let names = shop.orm.read(|session| session.query::<Author>(authors::table).count()).unwrap();
    assert_eq!(names, 1);
}

/// Ends every connection to this database but the one that asks.
fn kill_others(connection: &mut MysqlConnection) {
    diesel::table! {
        processlist (id) {
            id -> Bigint,
            db -> Nullable<Text>,
        }
    }
    let ids = diesel::sql_query(
        "SELECT CAST(id AS SIGNED) AS id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
    );
    #[derive(diesel::QueryableByName)]
    #[diesel(table_name = processlist)]
    struct Process {
        id: i64,
    }
    for Process { id } in ids.load(connection).unwrap() {
        connection.batch_execute(&format!("KILL {id}")).unwrap();
    }
    std::thread::sleep(Duration::from_millis(100));
}
