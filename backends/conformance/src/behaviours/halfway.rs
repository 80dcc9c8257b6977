//! Links, circles and the pool when something fails halfway.

#[doc(hidden)]
#[macro_export]
macro_rules! halfway_behaviours {
    ($backend:ty, $harness:ty) => {
        mod halfway {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            use $crate::moored::backend::FailureKind;

            fn kind<T>(result: Result<T>) -> Option<FailureKind> {
                result.err()?.failure().map(|failure| failure.kind)
            }

            fn prepare(orm: &Orm<B>) {
                samples::execute(orm, "INSERT INTO authors (name, email, version) VALUES ('Arya', 'a', 1)");
                samples::execute(
                    orm,
                    "INSERT INTO books (title, author_id, isbn) VALUES ('Needle', 1, NULL)",
                );
                samples::execute(
                    orm,
                    "INSERT INTO books (title, author_id, isbn) VALUES ('Crow', 1, 'taken')",
                );
            }

            #[test]
            fn a_failed_flush_leaves_no_key_in_a_draft() {
                let (orm, _) = open();
                prepare(&orm);
                orm.session(|session| {
                    let first = session.persist(NewAuthor::new("First"))?;
                    let book = session.persist(NewBook::new("New", &first).isbn("taken"))?;
                    assert_eq!(kind(session.flush()), Some(FailureKind::Unique));
                    // The author whose key the book nearly had is given up, and another takes its place.
                    let second = session.persist(NewAuthor::new("Second"))?;
                    session.link(&book, Book::author(), &second)?;
                    session.remove(first)?;
                    session.edit_draft(&book)?.isbn = None;
                    session.flush()?;
                    let (second, book) = session.promote((&second, &book))?;
                    assert_eq!(session[&book].author_id, session.key(&second));
                    session.refresh(&book)?;
                    assert_eq!(session[&book].author_id, session.key(&second));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_failed_flush_leaves_a_link_of_a_stored_row_pending() {
                let (orm, _) = open();
                prepare(&orm);
                orm.session(|session| {
                    let book = session.find::<Book>(1)?.required()?;
                    let rickon = session.persist(NewAuthor::new("Rickon"))?;
                    session.link(&book, Book::author(), &rickon)?;
                    session.edit(&book)?.isbn = Some("taken".into());
                    assert_eq!(kind(session.flush()), Some(FailureKind::Unique));
                    assert_eq!(*session[&book].author_id.value(), 1);
                    session.edit(&book)?.isbn = None;
                    session.flush()?;
                    let rickon = session.promote(&rickon)?;
                    assert_eq!(session[&book].author_id, session.key(&rickon));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_circle_that_fails_halfway_is_as_before() {
                let (orm, _) = open();
                orm.session(|session| {
                    let team = session.persist(NewTeam::new("Wolves"))?;
                    let captain = session.persist(NewPlayer::new(&team, 7))?;
                    session.link(&team, Team::captain(), &captain)?;
                    let twin = session.persist(NewPlayer::new(&team, 7))?;
                    assert_eq!(kind(session.flush()), Some(FailureKind::Unique));
                    assert!(matches!(session.promote(&team), Err(Error::NotWritten { .. })));
                    session.edit_draft(&twin)?.number = 8;
                    session.flush()?;
                    let (team, captain) = session.promote((&team, &captain))?;
                    session.refresh(&team)?;
                    assert_eq!(session[&team].captain_id, Some(session.key(&captain)));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_exhausted_pool_is_a_typed_error_in_the_time_configured() {
                use std::time::{Duration, Instant};
                let wait = Duration::from_millis(200);
                let (orm, _) =
                    <H as Harness<B>>::open_with(|settings| settings.pool_size(1).checkout_timeout(wait));
                orm.session(|session| {
                    let _ = session.connection()?;
                    let started = Instant::now();
                    let refused = orm.session(|other| other.connection().map(|_| ()));
                    let error = refused.unwrap_err();
                    assert!(matches!(error, Error::NoConnection { .. }), "{error}");
                    assert!(error.is_retryable());
                    let took = started.elapsed();
                    assert!(took >= wait && took < wait * 20, "{took:?}");
                    Ok(())
                })
                .unwrap();
                orm.session(|session| session.connection().map(|_| ())).unwrap();
            }
        }
    };
}
