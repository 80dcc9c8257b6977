//! The main job, as on the other databases.

use diesel::prelude::*;
use moored::prelude::*;

use crate::shop::{Author, Book, NewAuthor, NewBook, Shop, authors, books};

#[test]
fn the_main_job() {
    let Shop { orm, log, .. } = &Shop::open("job");
    let key = orm
        .session(|session| {
            let arya = session.persist(NewAuthor::new("Arya"))?;
            let needle = session.persist(NewBook::new("Needle", &arya))?;
            println!("{}", session.plan()?);
            session.flush()?;
            println!("{:#?}", log.take());
            let (arya, needle) = session.promote((&arya, &needle))?;
            assert_eq!(session[&needle].author_id.value(), &session[&arya].id);
            assert_eq!((session[&needle].pages, &*session[&needle].shelf), (100, "new"));
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
        println!("{:#?}", log.take());
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
