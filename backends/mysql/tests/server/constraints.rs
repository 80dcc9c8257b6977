//! Rows that break a constraint: the kind, and the names that the server tells.

use moored::backend::FailureKind;
use moored::prelude::*;
use moored_conformance::Flavour;

use crate::shop::{AUTHORS, Author, Book, SECRET, Shop, author, names, refused};

on_both!(
    a_value_that_is_taken,
    a_value_that_looks_like_a_message_is_taken,
    a_row_that_refers_to_none,
    a_row_that_others_refer_to,
    a_required_column_without_a_value,
    a_check_that_does_not_hold,
    a_trigger_that_refuses,
    a_value_that_does_not_fit,
);

/// MariaDB does not name the table.
fn table(flavour: Flavour, name: &str) -> Option<&str> {
    (flavour == Flavour::Mysql).then_some(name)
}

fn a_value_that_is_taken(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    shop.sql(&format!("UPDATE authors SET name = '{SECRET}' WHERE id = 1"));
    shop.orm
        .session(|session| {
            let twin = session.persist(author(3, SECRET))?;
            let failure = refused(session.flush(), FailureKind::Unique);
            assert_eq!(names(&failure), (table(flavour, "authors"), Some("name"), None));
            session.edit(&twin)?.name = "Rickon".into();
            session.flush()
        })
        .unwrap();
    let taken = shop.orm.session(|session| {
        session.persist(author(2, "Sansa"))?;
        session.flush()
    });
    let failure = refused(taken, FailureKind::Unique);
    assert_eq!(names(&failure), (table(flavour, "authors"), Some("PRIMARY"), None));
    let taken = shop.orm.session(|session| {
        let bran = session.find::<Author>(2)?.required()?;
        session.edit(&bran)?.name = SECRET.into();
        session.flush()
    });
    assert_eq!(refused(taken, FailureKind::Unique).constraint.as_deref(), Some("name"));
}

/// The server repeats the value, which can hold anything.
fn a_value_that_looks_like_a_message_is_taken(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    for value in [
        format!("' for key '{SECRET}.x'"),
        format!("' for key '{SECRET}"),
        format!("{SECRET}.x' for key '{SECRET}.y' for key '"),
    ] {
        let taken = shop.orm.session(|session| {
            session.persist(author(10, &value))?;
            session.persist(author(11, &value))?;
            session.flush()
        });
        assert_eq!(refused(taken, FailureKind::Unique).constraint.as_deref(), Some("name"));
    }
}

fn a_row_that_refers_to_none(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let orphan = shop.orm.session(|session| {
        session.persist(Book { id: 2, title: SECRET.into(), author_id: Key::new(99) })?;
        session.flush()
    });
    let failure = refused(orphan, FailureKind::ForeignKey);
    assert_eq!(names(&failure), (Some("books"), Some("written_by"), Some("author_id")));
}

fn a_row_that_others_refer_to(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    shop.orm
        .session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            let arya = session.remove(arya)?;
            let failure = refused(session.flush(), FailureKind::ForeignKey);
            assert_eq!(names(&failure), (Some("books"), Some("written_by"), Some("author_id")));
            session.restore(arya)?;
            Ok(())
        })
        .unwrap();
}

fn a_required_column_without_a_value(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    for rows in [1, 2] {
        let missing = shop.orm.session(|session| {
            for id in 3..3 + rows {
                session.persist(Author { rank: None, ..author(id, &format!("{SECRET}, {id}")) })?;
            }
            session.flush()
        });
        let failure = refused(missing, FailureKind::NotNull);
        assert_eq!(names(&failure), (None, None, Some("rank")));
    }
    let missing = shop.orm.with_connection(|connection| {
        use diesel::connection::SimpleConnection;
        Ok(connection.batch_execute("INSERT INTO books (id, title) VALUES (2, 'hunter2')")?)
    });
    let source = missing.unwrap_err();
    let moored::Error::Database { source, .. } = source else { panic!("{source:?}") };
    let failure = <moored_mysql::Mysql as moored::Backend>::classify(&source);
    assert_eq!((failure.kind, failure.column.as_deref()), (FailureKind::NotNull, Some("author_id")));
}

fn a_check_that_does_not_hold(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let refusal = shop.orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.edit(&arya)?.name = SECRET.into();
        session.edit(&arya)?.rank = Some(0);
        session.flush()
    });
    let failure = refused(refusal, FailureKind::Check);
    // MySQL does not name the table.
    let table = (flavour == Flavour::Mariadb).then_some("authors");
    assert_eq!(names(&failure), (table, Some("some_rank"), None));
}

/// Its words are the program's own, and may be anything.
fn a_trigger_that_refuses(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    shop.sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON authors FOR EACH ROW
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not on a Sunday'",
    );
    let refusal = shop.orm.session(|session| {
        session.persist(author(3, SECRET))?;
        session.flush()
    });
    let failure = refused(refusal, FailureKind::Other);
    assert_eq!(names(&failure), (None, None, None));
}

fn a_value_that_does_not_fit(flavour: Flavour) {
    let shop = Shop::open(flavour, AUTHORS);
    let refusal = shop.orm.session(|session| {
        session.persist(author(3, &SECRET.repeat(100)))?;
        session.flush()
    });
    assert_eq!(names(&refused(refusal, FailureKind::Conversion)), (None, None, Some("name")));
    shop.sql("ALTER TABLE books MODIFY title ENUM('Needle', 'Crow') NOT NULL");
    for rows in [1, 2] {
        let refusal = shop.orm.session(|session| {
            for id in 2..2 + rows {
                session.persist(Book {
                    id,
                    title: format!("{SECRET}' for column 'x' at row 1"),
                    author_id: Key::new(1),
                })?;
            }
            session.flush()
        });
        assert_eq!(names(&refused(refusal, FailureKind::Conversion)), (None, None, Some("title")));
    }
    assert_eq!(shop.number("SELECT COUNT(*) FROM authors"), 2);
}
