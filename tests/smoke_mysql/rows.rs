//! Updates and deletes: matched rows are counted, missing ones are named, text is kept.

use diesel::prelude::*;
use moored::Error;
use moored::prelude::*;

use crate::shop::{Author, Book, NewAuthor, NewBook, NewTicket, Shop, Ticket, authors, books, tickets};

#[test]
fn an_update_to_the_same_values_finds_its_row() {
    let shop = Shop::open("same");
    shop.sql("INSERT INTO tickets (id, state) VALUES (5, 'open')");
    shop.orm
        .session(|session| {
            let ticket = session.find::<Ticket>(5)?.required()?;
            // Another writer comes first with the same value.
            shop_sql(&shop.url, "UPDATE tickets SET state = 'closed'");
            session.edit(&ticket)?.state = "closed".into();
            session.flush()
        })
        .unwrap();
}

fn shop_sql(url: &str, sql: &str) {
    use diesel::connection::SimpleConnection;
    MysqlConnection::establish(url).unwrap().batch_execute(sql).unwrap();
}

#[test]
fn a_stale_version_is_named_and_memory_keeps_the_edit() {
    let shop = Shop::open("stale");
    shop.sql("INSERT INTO authors (id, name, version) VALUES (1, 'Arya', 1), (2, 'Sansa', 1)");
    shop.orm
        .session(|session| {
            let all = session.query::<Author>(authors::table.order(authors::id)).all()?;
            shop_sql(&shop.url, "UPDATE authors SET version = 2 WHERE id = 2");
            for author in &all {
                session.edit(author)?.name.push('!');
            }
            match session.flush() {
                Err(Error::Stale(row)) => assert_eq!((row.entity, &*row.key), ("Author", "2")),
                other => panic!("{other:?}"),
            }
            assert_eq!((&*session[&all[0]].name, session[&all[0]].version), ("Arya!", 1));
            session.refresh(&all[1])?;
            session.flush()?;
            assert_eq!(session[&all[0]].version, 2);
            session.discard();
            Ok(())
        })
        .unwrap();
}

#[test]
fn rows_are_deleted_in_batches_and_a_missing_one_is_named() {
    let shop = Shop::open("delete");
    shop.orm
        .session(|session| {
            let new: Vec<_> =
                (0..600).map(|_| session.persist(NewTicket::new().state("x"))).collect::<Result<_, _>>()?;
            session.flush()?;
            shop_sql(&shop.url, "DELETE FROM tickets WHERE id = 555");
            shop.log.take();
            let mut removed = Vec::new();
            for ticket in &new {
                let ticket = session.promote(ticket)?;
                removed.push(session.remove(ticket)?);
            }
            match session.flush() {
                Err(Error::Stale(row)) => assert_eq!((row.entity, &*row.key), ("Ticket", "555")),
                other => panic!("{other:?}"),
            }
            assert_eq!(session.query::<Ticket>(tickets::table).flush_mode(FlushMode::Commit).count()?, 599);
            shop_sql(&shop.url, "INSERT INTO tickets (id) VALUES (555)");
            shop.log.take();
            session.flush()?;
            assert_eq!(session.query::<Ticket>(tickets::table).count()?, 0);
            let deletes = shop.log.take().iter().filter(|s| s.to_string().starts_with("DELETE")).count();
            assert_eq!(deletes, 2);
            Ok(())
        })
        .unwrap();
}

#[test]
fn text_is_kept() {
    let shop = Shop::open("text");
    let texts = ["🦀 Ärger 漢字 🏳️‍🌈", "it's \"quoted\" `so` \\ % _ ; --", "nul \0 in it", " spaces ", ""];
    shop.orm
        .session(|session| {
            for text in texts {
                session.persist(NewAuthor::new(text))?;
            }
            session.flush()
        })
        .unwrap();
    shop.orm
        .session(|session| {
            let all = session.query::<Author>(authors::table.order(authors::id)).all()?;
            let stored: Vec<&str> = all.iter().map(|author| &*session[author].name).collect();
            assert_eq!(stored, texts);
            let crab = session.query::<Author>(authors::table.filter(authors::name.eq(texts[0]))).one()?;
            session.edit(&crab)?.name.push('🦀');
            session.flush()
        })
        .unwrap();
}

#[test]
fn expressions_see_the_row_as_it_was() {
    let shop = Shop::open("compute");
    shop.orm
        .session(|session| {
            let author = session.persist(NewAuthor::new("Arya"))?;
            let book = session.persist(NewBook::new("Needle", &author))?;
            session.flush()?;
            let book = session.promote(&book)?;
            session.edit(&book)?.pages = 7;
            session.compute(&book, books::shelf, books::title)?;
            session.flush()?;
            let Book { pages, shelf, .. } = &session[&book];
            assert_eq!((*pages, &**shelf), (7, "Needle"));
            session.edit(&book)?.title = "Ice".into();
            session.compute(&book, books::shelf, books::title)?;
            session.flush()?;
            let Book { title, shelf, .. } = &session[&book];
            assert_eq!((&**title, &**shelf), ("Ice", "Needle"));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_rollback_puts_memory_back() {
    let shop = Shop::open("rollback");
    shop.orm
        .session(|session| {
            let author = session.persist(NewAuthor::new("Arya"))?;
            let failed = session.transaction(|tx| {
                let inner = tx.persist(NewAuthor::new("Sansa"))?;
                tx.flush()?;
                let inner = tx.promote(&inner)?;
                tx.remove(inner)?;
                Err::<(), _>(Error::NotFound { entity: "x" })
            });
            assert!(failed.is_err());
            session.flush()?;
            let author = session.promote(&author)?;
            assert_eq!(session.query::<Author>(authors::table).count()?, 1);
            assert_eq!(session[&author].name, "Arya");
            Ok(())
        })
        .unwrap();
}
