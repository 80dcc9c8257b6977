//! Generated keys and defaults come back to the rows they belong to, in batches where that is proven.

use std::collections::HashMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored_mysql::{KeyBatches, MysqlOptions};

use crate::shop::{
    Author, Book, Country, NewAuthor, NewBook, NewCountry, NewTicket, Shop, Ticket, authors, countries,
    tickets,
};

/// Inserts so many authors in one flush, and compares what memory and the database say of each.
fn insert(shop: &Shop, prefix: &str, rows: usize) -> moored::Result<()> {
    let in_memory: HashMap<String, i32> = shop.orm.session(|session| {
        let mut new = Vec::new();
        for row in 0..rows {
            new.push(session.persist(NewAuthor::new(format!("{prefix}-{row}")))?);
        }
        session.flush()?;
        new.iter()
            .map(|author| {
                let author = session.promote(author)?;
                Ok((session[&author].name.clone(), session[&author].id))
            })
            .collect()
    })?;
    let stored = shop.orm.with_connection(|c| {
        let like = format!("{prefix}-%");
        let rows = authors::table.filter(authors::name.like(like)).select((authors::name, authors::id));
        rows.load::<(String, i32)>(c).map_err(moored::Error::from)
    })?;
    assert_eq!(in_memory, stored.into_iter().collect());
    assert_eq!(in_memory.len(), rows);
    Ok(())
}

fn inserts(shop: &Shop) -> usize {
    shop.log.take().iter().filter(|statement| statement.to_string().starts_with("INSERT")).count()
}

#[test]
fn a_batch_is_one_statement_for_100_rows() {
    let shop = Shop::open("batch");
    insert(&shop, "a", 250).unwrap();
    assert_eq!(inserts(&shop), 3);
    shop.sql("SET SESSION auto_increment_increment = 10, SESSION auto_increment_offset = 3");
    insert(&shop, "b", 250).unwrap();
    assert_eq!(inserts(&shop), 3);
    insert(&shop, "c", 1).unwrap();
}

#[test]
fn defaults_are_read_back() {
    let shop = Shop::open("defaults");
    shop.orm
        .session(|session| {
            let author = session.persist(NewAuthor::new("Arya"))?;
            let mut new = Vec::new();
            for row in 0..150 {
                let book = NewBook::new(format!("{row}"), &author);
                // Two sets of columns, so two kinds of statement.
                let book = if row % 2 == 0 { book.pages(row) } else { book };
                new.push(session.persist(book)?);
            }
            session.flush()?;
            for (row, book) in (0..150).zip(&new) {
                let book = session.promote(book)?;
                let Book { title, pages, shelf, .. } = &session[&book];
                let expected = if row % 2 == 0 { row } else { 100 };
                assert_eq!((&**title, *pages, &**shelf), (&*row.to_string(), expected, "new"));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn keys_that_the_caller_made_lead_to_their_defaults() {
    let shop = Shop::open("natural");
    shop.orm
        .session(|session| {
            let mut new = Vec::new();
            for row in (0..120).rev() {
                new.push(session.persist(NewCountry::new(format!("c{row}"), format!("name {row}")))?);
            }
            session.flush()?;
            for country in &new {
                let country = session.promote(country)?;
                let Country { code, name, rank } = &session[&country];
                assert_eq!((name.replace("name ", "c"), *rank), (code.clone(), 7));
            }
            assert_eq!(session.query::<Country>(countries::table).count()?, 120);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_row_that_the_database_fills_alone() {
    let shop = Shop::open("empty");
    shop.orm
        .session(|session| {
            let first = session.persist(NewTicket::new())?;
            let second = session.persist(NewTicket::new())?;
            session.flush()?;
            let (first, second) = session.promote((&first, &second))?;
            assert_eq!((session[&first].id, &*session[&first].state), (1, "open"));
            assert_eq!(session[&second].id, 2);
            assert_eq!(session.query::<Ticket>(tickets::table).count()?, 2);
            Ok(())
        })
        .unwrap();
}

#[test]
fn triggers_do_not_disturb_the_keys() {
    let shop = Shop::open("trigger");
    shop.sql(
        "CREATE TABLE audit (id INTEGER PRIMARY KEY AUTO_INCREMENT, what TEXT); INSERT INTO audit (what) VALUES ('x'), ('y');
         CREATE TRIGGER after_author AFTER INSERT ON authors FOR EACH ROW INSERT INTO audit (what) VALUES (NEW.name);
         CREATE TRIGGER before_author BEFORE INSERT ON authors FOR EACH ROW SET NEW.email = NEW.name;",
    );
    insert(&shop, "a", 20).unwrap();
    assert_eq!(inserts(&shop), 1);
}

#[test]
fn a_key_that_a_trigger_set_is_never_guessed() {
    let shop = Shop::open("set_by_trigger");
    shop.sql(
        "INSERT INTO authors (id, name, version) VALUES (1, 'first', 1); INSERT INTO tickets () VALUES ();
         CREATE TRIGGER before_author BEFORE INSERT ON authors FOR EACH ROW
            SET NEW.id = IF(NEW.name LIKE '%-1', 1000, NEW.id), NEW.id = IF(NEW.name LIKE 'b%', 2000, NEW.id);",
    );
    // The second of three rows, the first of two, the only one.
    for (prefix, rows) in [("a", 3), ("a", 2), ("b", 1)] {
        let error = insert(&shop, prefix, rows).unwrap_err();
        assert!(matches!(error, moored::Error::KeysUnknown { entity: "Author" }), "{error:?}");
        let left = shop.orm.read(|session| session.query::<Author>(authors::table).count()).unwrap();
        assert_eq!(left, 1);
    }
}

/// Not proven: another default than `AUTO_INCREMENT`, another engine, partitions.
#[test]
fn other_tables_take_one_row_at_a_time() {
    let shop = Shop::open("partitioned");
    shop.sql(
        "CREATE TABLE parted (id INTEGER PRIMARY KEY AUTO_INCREMENT, name VARCHAR(200) NOT NULL, email VARCHAR(200),
            version INTEGER NOT NULL) PARTITION BY HASH (id) PARTITIONS 4;
         DROP TABLE books, authors; RENAME TABLE parted TO authors;",
    );
    insert(&shop, "a", 20).unwrap();
    assert_eq!(inserts(&shop), 20);
    let other = Shop::open("no_auto_increment");
    other.sql(
        "INSERT INTO tickets () VALUES (), (); DROP TABLE books, authors;
         CREATE TABLE authors (id INTEGER PRIMARY KEY DEFAULT 77, name TEXT NOT NULL, email TEXT, version INTEGER NOT NULL)",
    );
    let error = insert(&other, "a", 1).unwrap_err();
    assert!(matches!(error, moored::Error::KeysUnknown { .. }), "{error:?}");
}

/// MySQL shows such a user no trigger.
#[test]
fn a_user_who_may_only_write_gets_batches_too() {
    let shop = Shop::open("least");
    let name = format!("moored_{}", std::process::id());
    shop.sql(&format!(
        "CREATE USER {name}@'%' IDENTIFIED BY 'Pass-word-1'; CREATE USER {name}@localhost IDENTIFIED BY 'Pass-word-1';
         GRANT SELECT, INSERT ON {0}.* TO {name}@'%'; GRANT SELECT, INSERT ON {0}.* TO {name}@localhost",
        shop.url.rsplit('/').next().unwrap()
    ));
    let url = shop.url.replace("root@", &format!("{name}:Pass-word-1@"));
    let least = shop.log_into(&url);
    // A thread, so that the user goes whatever happens.
    let inserted = std::thread::scope(|threads| {
        threads
            .spawn(|| {
                insert(&least, "a", 20).unwrap();
                assert_eq!(inserts(&least), 1);
            })
            .join()
    });
    drop(least);
    shop.sql(&format!("DROP USER {name}@'%', {name}@localhost"));
    inserted.unwrap();
}

#[test]
fn batches_can_be_forbidden() {
    let options = MysqlOptions { key_batches: KeyBatches::Never, ..MysqlOptions::default() };
    let shop = Shop::with("never", 1, options);
    insert(&shop, "a", 20).unwrap();
    assert_eq!(inserts(&shop), 20);
}

/// Four writers insert batches, two more insert rows that the server cannot count beforehand.
#[test]
fn keys_of_writers_side_by_side_do_not_mix() {
    let shop = Shop::with("side_by_side", 8, MysqlOptions::default());
    shop.sql("INSERT INTO tickets () VALUES (), (), (), (), (), (), (), (), (), (), ()");
    std::thread::scope(|threads| {
        for writer in 0..4 {
            let shop = &shop;
            threads.spawn(move || {
                (0..15).for_each(|round| insert(shop, &format!("w{writer}r{round}"), 130).unwrap())
            });
        }
        for _ in 0..2 {
            threads.spawn(|| {
                let mut connection = MysqlConnection::establish(&shop.url).unwrap();
                for _ in 0..60 {
                    connection
                        .batch_execute("INSERT INTO authors (name, version) SELECT 'bulk', a.id FROM tickets a, tickets b")
                        .unwrap();
                }
            });
        }
    });
}
