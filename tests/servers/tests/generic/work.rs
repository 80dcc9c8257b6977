//! What services do, written once: no function here knows a database.

use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, Result};
use moored_server_tests::Place;

use crate::library::*;

/// A library with one author and one book.
fn library<B: Backend>(place: &Place<B>) -> Orm<B>
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let (orm, _) = place.open(&tables(place.flavour()));
    orm.session(|session| {
        let ursula = session.persist(NewAuthor::new("Ursula").email("ursula@books.example".to_owned()))?;
        publish(session, "The Dispossessed", &ursula, Some(387))?;
        session.flush()
    })
    .unwrap();
    orm
}

pub(crate) fn a_graph_is_persisted_and_found<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let orm = library(&place);
    let keys = orm.session(|session| {
        let ursula = session.find::<Author>(1)?.required()?;
        let pupil = apprentice(session, &ursula, "Pupil")?;
        let books = ["One", "Two", "Three"].map(|title| publish(session, title, &pupil, None));
        let long = publish(session, "Long", &pupil, Some(1_000))?;
        session.flush()?;
        let pupil = session.promote(&pupil)?;
        assert_eq!(session[&pupil].mentor_id, Some(session.key(&ursula)));
        assert_eq!(session[&pupil].version, 1);
        let mut keys = Vec::new();
        for book in books {
            let book = session.promote(&book?)?;
            assert_eq!(session[&book].author_id, session.key(&pupil));
            assert_eq!(session[&book].pages, 100, "the database's default is read back");
            keys.push(session.key(&book));
        }
        let long = session.promote(&long)?;
        assert_eq!(session[&long].pages, 1_000);
        keys.push(session.key(&long));
        Ok(keys)
    });
    let (keys, titles) = (keys.unwrap(), ["One", "Two", "Three", "Long"]);
    orm.read(|session| {
        let found = session.find_many::<Book, _>(&keys)?.required()?;
        for ((book, key), title) in found.iter().zip(&keys).zip(titles) {
            assert_eq!((&session[book].title[..], session.key(book)), (title, *key));
        }
        let reversed: Vec<_> = keys.iter().copied().rev().collect();
        let again = session.find_many::<Book, _>(&reversed)?.required()?;
        assert!(again.iter().rev().zip(&found).all(|(a, b)| session.same(a, b)), "one row, one instance");
        assert!(session.find::<Book>(1_000)?.is_none());
        Ok(())
    })
    .unwrap();
}

pub(crate) fn rows_are_edited_and_linked<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let orm = library(&place);
    orm.session(|session| {
        let ursula = session.find::<Author>(1)?.required()?;
        rename(session, 1, "Ursula K. Le Guin")?;
        let pupils = ["a", "b", "c"].map(|name| apprentice(session, &ursula, name));
        session.flush()?;
        assert_eq!(session[&ursula].version, 2);
        let dispossessed = session.find::<Book>(1)?.required()?;
        let newcomer = session.persist(NewAuthor::new("newcomer"))?;
        session.link(&dispossessed, Book::author(), &newcomer)?;
        session.flush()?;
        let newcomer = session.promote(&newcomer)?;
        assert_eq!(session[&dispossessed].author_id, session.key(&newcomer), "the key came when it was made");
        // Several rows that change alike, and one that changes otherwise.
        for pupil in &pupils {
            let pupil = session.promote(pupil.as_ref().unwrap())?;
            session.edit(&pupil)?.name.push('!');
            session.link(&dispossessed, Book::author(), &pupil)?;
        }
        session.unlink(&session.promote(pupils[0].as_ref().unwrap())?, Author::mentor())?;
        session.flush()
    })
    .unwrap();
    orm.read(|session| {
        assert_eq!(
            names(session, Author::VERSION.eq(2).order(Author::ID.asc()))?,
            ["Ursula K. Le Guin", "a!", "b!", "c!"]
        );
        let [a, c] = ["a!", "c!"].map(|name| session.select(Author::NAME.eq(name)).one());
        assert_eq!(session[&a?].mentor_id, None);
        let book = session.find::<Book>(1)?.required()?;
        assert_eq!(session[&book].author_id, session.key(&c?), "the last link counts");
        Ok(())
    })
    .unwrap();
}

pub(crate) fn rows_are_removed<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let orm = library(&place);
    orm.session(|session| {
        let ursula = session.find::<Author>(1)?.required()?;
        let pupil = apprentice(session, &ursula, "Pupil")?;
        for number in 0..5 {
            publish(session, &format!("{number}"), &pupil, None)?;
        }
        session.flush()?;
        let pupil = session.promote(&pupil)?;
        // What has a mentor leaves its books to him; who has none takes them along.
        leave(session, pupil)?;
        session.flush()?;
        let of_ursula = Book::AUTHOR_ID.eq(session.key(&ursula));
        assert_eq!(session.select(of_ursula).count()?, 6);
        let removed = leave(session, ursula)?;
        session.flush()?;
        assert_eq!(session[&removed].name, "Ursula", "what was removed stays readable");
        Ok(())
    })
    .unwrap();
    orm.read(|session| {
        assert!(!session.select(Select::<Book>::all()).exists()?);
        assert!(!session.select(Select::<Author>::all()).exists()?);
        Ok(())
    })
    .unwrap();
}

pub(crate) fn a_transaction_commits_or_is_as_if_it_had_not_been<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let orm = library(&place);
    orm.session(|session| {
        let ursula = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| rename(tx, 1, "committed"))?;
        assert_eq!((&session[&ursula].name[..], session[&ursula].version), ("committed", 2));
        let refused: Result<()> = session.transaction(|tx| {
            rename(tx, 1, "rolled back")?;
            publish(tx, "Never", &ursula, None)?;
            tx.flush()?;
            // Within it, a savepoint.
            tx.transaction(|inner| rename(inner, 1, "deeper"))?;
            assert_eq!(tx[&ursula].version, 4);
            tx.find::<Book>(999)?.required().map(|_| ())
        });
        assert!(matches!(refused, Err(Error::NotFound { entity: "Book" })), "{refused:?}");
        assert_eq!((&session[&ursula].name[..], session[&ursula].version), ("committed", 2));
        Ok(())
    })
    .unwrap();
    orm.read(|session| {
        assert_eq!(names(session, Select::all())?, ["committed"]);
        assert_eq!(session.select(Select::<Book>::all()).count()?, 1);
        Ok(())
    })
    .unwrap();
}

pub(crate) fn errors_mean_the_same<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let orm = library(&place);
    let kind = |refused: Result<()>| match refused {
        Err(Error::Database { failure, .. }) => failure.kind,
        other => panic!("{other:?}"),
    };
    let twice = orm.session(|session| {
        session.persist(NewAuthor::new("Other").email("ursula@books.example".to_owned()))?;
        session.flush()
    });
    assert_eq!(kind(twice), FailureKind::Unique);
    let nobody = orm.session(|session| {
        publish(session, "Nobody's", Key::<Author>::new(999), None)?;
        session.flush()
    });
    assert_eq!(kind(nobody), FailureKind::ForeignKey);
    let referred = orm.session(|session| {
        let ursula = session.reference::<Author>(1)?;
        session.remove(ursula)?;
        session.flush()
    });
    assert_eq!(kind(referred), FailureKind::ForeignKey);
    let stale = orm.session(|session| {
        rename(session, 1, "mine")?;
        orm.session(|other| {
            rename(other, 1, "theirs")?;
            other.flush()
        })?;
        session.flush()
    });
    assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
}
