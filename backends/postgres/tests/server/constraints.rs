//! Rows that break a constraint: the kind, and the names that the server tells.

use diesel::connection::SimpleConnection;
use moored::backend::{Backend, FailureKind};
use moored::prelude::*;
use moored_postgres::Postgres;

use crate::shop::{AUTHORS, Author, Book, SECRET, Shop, author, names, refused};

#[test]
fn a_value_that_is_taken() {
    let shop = Shop::open(AUTHORS);
    shop.sql(&format!("UPDATE authors SET name = '{SECRET}' WHERE id = 1"));
    shop.orm
        .session(|session| {
            let twin = session.persist(author(3, SECRET))?;
            let failure = refused(session.flush(), FailureKind::Unique);
            assert_eq!(names(&failure), (Some("authors"), Some("authors_name_key"), Some("name")));
            session.edit(&twin)?.name = "Rickon".into();
            session.flush()
        })
        .unwrap();
    let taken = shop.orm.session(|session| {
        session.persist(author(2, "Sansa"))?;
        session.flush()
    });
    let failure = refused(taken, FailureKind::Unique);
    assert_eq!(names(&failure), (Some("authors"), Some("authors_pkey"), Some("id")));
}

#[test]
fn a_pair_of_values_that_is_taken() {
    let shop = Shop::open(AUTHORS);
    shop.sql(&format!(
        "ALTER TABLE authors ADD \"the place\" TEXT DEFAULT '{SECRET})=(', ADD UNIQUE (rank, \"the place\")"
    ));
    let taken = shop.orm.session(|session| {
        session.persist(author(3, "Rickon"))?;
        session.flush()
    });
    let failure = refused(taken, FailureKind::Unique);
    assert_eq!(failure.column.as_deref(), Some("rank, the place"));
}

#[test]
fn a_row_that_refers_to_none() {
    let shop = Shop::open(AUTHORS);
    let orphan = shop.orm.session(|session| {
        session.persist(Book { id: 2, title: SECRET.into(), author_id: Key::new(99) })?;
        session.flush()
    });
    let failure = refused(orphan, FailureKind::ForeignKey);
    assert_eq!(names(&failure), (Some("books"), Some("books_author_id_fkey"), Some("author_id")));
}

#[test]
fn a_row_that_others_refer_to() {
    for action in ["NO ACTION", "RESTRICT"] {
        let shop = Shop::open(AUTHORS);
        shop.sql(&format!(
            "ALTER TABLE books DROP CONSTRAINT books_author_id_fkey;
             ALTER TABLE books ADD FOREIGN KEY (author_id) REFERENCES authors ON DELETE {action}"
        ));
        shop.orm
            .session(|session| {
                let arya = session.find::<Author>(1)?.required()?;
                let arya = session.remove(arya)?;
                let failure = refused(session.flush(), FailureKind::ForeignKey);
                // The server tells the column of the other table.
                assert_eq!(names(&failure), (Some("books"), Some("books_author_id_fkey"), None));
                session.restore(arya)?;
                Ok(())
            })
            .unwrap();
    }
}

/// The error comes from COMMIT, which the server answered.
#[test]
fn a_deferred_constraint_that_commit_finds_broken() {
    let shop = Shop::open(AUTHORS);
    shop.sql("ALTER TABLE books ALTER CONSTRAINT books_author_id_fkey DEFERRABLE INITIALLY DEFERRED");
    shop.orm
        .session(|session| {
            let orphan = session.transaction(|tx| {
                tx.persist(Book { id: 2, title: SECRET.into(), author_id: Key::new(99) })?;
                tx.flush()
            });
            let failure = refused(orphan, FailureKind::ForeignKey);
            assert_eq!(names(&failure), (Some("books"), Some("books_author_id_fkey"), Some("author_id")));
            session.persist(Book { id: 2, title: "Crow".into(), author_id: Key::new(2) })?;
            session.flush()
        })
        .unwrap();
    assert_eq!(shop.number("SELECT COUNT(*) FROM books"), 2);
}

#[test]
fn a_required_column_without_a_value() {
    let shop = Shop::open(AUTHORS);
    let missing = shop.orm.session(|session| {
        session.persist(Author { rank: None, ..author(3, SECRET) })?;
        session.flush()
    });
    let failure = refused(missing, FailureKind::NotNull);
    assert_eq!(names(&failure), (Some("authors"), None, Some("rank")));
}

#[test]
fn a_check_that_does_not_hold() {
    let shop = Shop::open(AUTHORS);
    let refusal = shop.orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.edit(&arya)?.name = SECRET.into();
        session.edit(&arya)?.rank = Some(0);
        session.flush()
    });
    let failure = refused(refusal, FailureKind::Check);
    assert_eq!(names(&failure), (Some("authors"), Some("some_rank"), None));
    shop.sql(
        "CREATE DOMAIN short AS TEXT CONSTRAINT few CHECK (length(VALUE) < 6);
         ALTER TABLE authors ALTER name TYPE short",
    );
    let refusal = shop.orm.session(|session| {
        session.persist(author(3, SECRET))?;
        session.flush()
    });
    assert_eq!(names(&refused(refusal, FailureKind::Check)), (None, Some("few"), None));
}

/// No kind of its own; the constraint's name tells.
#[test]
fn ranges_that_overlap() {
    let shop = Shop::open(
        "CREATE TABLE stays (during INT4RANGE, CONSTRAINT one_guest EXCLUDE USING gist (during WITH &&))",
    );
    shop.orm
        .with_connection(|connection| {
            connection.batch_execute("INSERT INTO stays VALUES ('[1,5)')")?;
            let error = connection.batch_execute("INSERT INTO stays VALUES ('[4,6)')").unwrap_err();
            let failure = Postgres::classify(&error);
            assert_eq!(failure.kind, FailureKind::Other);
            assert_eq!(names(&failure), (Some("stays"), Some("one_guest"), None));
            Ok(())
        })
        .unwrap();
}
