//! The first steps of every feature, on SQLite in memory.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use diesel::prelude::*;
use moored::StatementLog;
use moored::prelude::*;
use moored_postgres::Postgres;

diesel::table! {
    authors (id) {
        id -> Integer,
        name -> Text,
        email -> Nullable<Text>,
        version -> Integer,
    }
}
diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        author_id -> Integer,
        pages -> Integer,
    }
}
diesel::joinable!(books -> authors (author_id));
diesel::allow_tables_to_appear_in_same_query!(authors, books);

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = authors)]
struct Author {
    #[entity(key, generated)]
    id: i32,
    name: String,
    #[entity(unique)]
    email: Option<String>,
    #[entity(version)]
    version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = books)]
struct Book {
    #[entity(key, generated)]
    id: i32,
    title: String,
    #[entity(belongs_to = Author)]
    author_id: Key<Author>,
    #[entity(default)]
    pages: i32,
}

fn orm() -> (Orm<Postgres>, StatementLog) {
    let log = StatementLog::new();
    let sink = log.clone();
    let orm = Orm::<Postgres>::builder("postgres://root@127.0.0.1/test")
        .pool_size(1)
        .instrument(move || sink.clone())
        .build()
        .unwrap();
    orm.with_connection(|c| {
        use diesel::connection::SimpleConnection;
        c.batch_execute(
            "DROP TABLE IF EXISTS books; DROP TABLE IF EXISTS authors; CREATE TABLE authors (id SERIAL PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, version INTEGER NOT NULL);
             CREATE TABLE books (id SERIAL PRIMARY KEY, title TEXT NOT NULL,
                author_id INTEGER NOT NULL REFERENCES authors, pages INTEGER NOT NULL DEFAULT 100);",
        )?;
        Ok::<_, moored::Error>(())
    })
    .unwrap();
    log.take();
    (orm, log)
}

#[test]
fn the_main_job() {
    let (orm, log) = orm();
    let key = orm
        .session(|session| {
            let arya = session.persist(NewAuthor::new("Arya"))?;
            let needle = session.persist(NewBook::new("Needle", &arya))?;
            println!("{}", session.plan()?);
            session.flush()?;
            println!("{:#?}", log.take());
            let (arya, needle) = session.promote((&arya, &needle))?;
            assert_eq!(session[&needle].author_id.value(), &session[&arya].id);
            assert_eq!(session[&needle].pages, 100);
            session.edit(&arya)?.name = "No One".into();
            session.flush()?;
            assert_eq!(session[&arya].version, 2);
            println!("{:#?}", log.take());
            Ok(session.key(&arya))
        })
        .unwrap();
    orm.session(|session| {
        let arya = session.find::<Author>(&key)?.required()?;
        assert_eq!(session[&arya].name, "No One");
        let again = session.query::<Author>(authors::table.filter(authors::name.eq("No One"))).one()?;
        assert!(session.same(&arya, &again));
        let by_book = session
            .query::<Author>(authors::table.inner_join(books::table).filter(books::pages.gt(5)))
            .all()?;
        assert_eq!(by_book.len(), 1);
        println!("{:#?}", log.take());
        let failed = session.transaction(|tx| {
            tx.edit(&arya)?.name = "Lost".into();
            tx.flush()?;
            assert_eq!(tx[&arya].version, 3);
            Err::<(), _>(moored::Error::NotFound { entity: "x" })
        });
        assert!(failed.is_err());
        assert_eq!(session[&arya].name, "No One");
        assert_eq!(session[&arya].version, 2);
        let book = session.query::<Book>(books::table).first()?.required()?;
        session.compute(&book, books::pages, books::pages + 5)?;
        session.flush()?;
        assert_eq!(session[&book].pages, 105);
        let book = session.remove(book)?;
        let arya = session.remove(arya)?;
        println!("{}", session.plan()?);
        session.flush()?;
        println!("{} {} {:#?}", session[&book].title, session[&arya].name, log.take());
        assert_eq!(session.query::<Author>(authors::table).count()?, 0);
        Ok(())
    })
    .unwrap();
}
