//! Unique values that move from row to row within one flush.

#[doc(hidden)]
#[macro_export]
macro_rules! uniques_behaviours {
    ($backend:ty, $harness:ty) => {
        mod uniques {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn shelved<'s>(
                session: &mut Session<'s, B>,
                title: &str,
                at: (i32, i32),
            ) -> Result<Handle<'s, Book, Managed>> {
                let author = session.persist(NewAuthor::new(title))?;
                let book = session.persist(NewBook::new(title, &author).shelf(at.0).position(at.1))?;
                session.flush()?;
                session.promote(&book)
            }

            #[test]
            fn a_key_that_is_removed_can_be_persisted_anew() {
                let (orm, log) = open();
                orm.session(|session| {
                    let red = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    session.flush()?;
                    log.skip();
                    let red = session.remove(red)?;
                    let again = session.persist(Tag { label: "red".into(), color: "#e00".into() })?;
                    assert!(!session.same(&red, &again));
                    session.flush()?;
                    log.expect(["B", "DELETE tags", "INSERT tags", "C"]);
                    session.refresh(&again)?;
                    assert_eq!(session[&again].color, "#e00");
                    assert_eq!(session[&red].color, "#f00");
                    let found = session.find::<Tag>("red")?.required()?;
                    assert!(session.same(&found, &again));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_key_and_the_rows_that_refer_to_it_are_removed_and_persisted_anew() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                let book = samples::book(&orm, "Needle", author);
                orm.session(|session| {
                    let book = session.find::<Book>(book)?.required()?;
                    let red = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    let link = session.persist(NewBookTag::new(&book, &red, 1))?;
                    session.flush()?;
                    let link = session.promote(&link)?;
                    let _ = session.remove(red)?;
                    let _ = session.remove(link)?;
                    let red = session.persist(Tag { label: "red".into(), color: "#e00".into() })?;
                    let _ = session.persist(NewBookTag::new(&book, &red, 2))?;
                    session.flush()?;
                    let link = session.query::<BookTag>(book_tags::table).one()?;
                    assert_eq!(session[&link].weight, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_of_one_table_whose_keys_are_persisted_anew_still_go_leaves_first() {
                let (orm, _) = open();
                let place = |code: &str, within: Option<&str>| Place {
                    code: code.into(),
                    within: within.map(Key::<Place>::new),
                    version: 1,
                };
                orm.session(|session| {
                    let hall = session.persist(place("a hall", None))?;
                    let room = session.persist(place("b room", Some("a hall")))?;
                    session.flush()?;
                    let _ = session.remove(hall)?;
                    let _ = session.remove(room)?;
                    let hall = session.persist(place("a hall", Some("c house")))?;
                    let _ = session.persist(place("c house", None))?;
                    session.flush()?;
                    session.refresh(&hall)?;
                    assert_eq!(session.query::<Place>(places::table).count()?, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_unique_value_of_a_removed_row_can_be_taken() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya").email("a"))?;
                    session.flush()?;
                    let arya = session.promote(&arya)?;
                    log.skip();
                    let _ = session.remove(arya)?;
                    let _ = session.persist(NewAuthor::new("No One").email("a"))?;
                    session.flush()?;
                    log.expect(["B", "DELETE authors", "INSERT authors", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_composite_unique_value_of_a_removed_row_can_be_taken() {
                let (orm, log) = open();
                orm.session(|session| {
                    let old = shelved(session, "Old", (1, 2))?;
                    let author = session.find::<Author>(session[&old].author_id)?.required()?;
                    log.skip();
                    let _ = session.remove(old)?;
                    let _ = session.persist(NewBook::new("New", &author).shelf(1).position(2))?;
                    session.flush()?;
                    log.expect(["B", "DELETE books", "INSERT books", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_composite_unique_value_with_a_relation_can_be_taken_by_handle() {
                let (orm, _) = open();
                orm.session(|session| {
                    let team = session.persist(NewTeam::new("Wolves"))?;
                    let player = session.persist(NewPlayer::new(&team, 7))?;
                    session.flush()?;
                    let (team, player) = session.promote((&team, &player))?;
                    let _ = session.remove(player)?;
                    let next = session.persist(NewPlayer::new(&team, 7))?;
                    session.flush()?;
                    let next = session.promote(&next)?;
                    // Given up by a change instead.
                    session.edit(&next)?.number = 8;
                    let _ = session.persist(NewPlayer::new(&team, 7))?;
                    session.flush()?;
                    assert_eq!(session.query::<Player>(players::table).count()?, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_unique_value_that_is_set_to_null_can_be_taken() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya").email("a"))?;
                    session.flush()?;
                    let arya = session.promote(&arya)?;
                    log.skip();
                    session.edit(&arya)?.email = None;
                    let bran = session.persist(NewAuthor::new("Bran").email("a"))?;
                    session.flush()?;
                    log.expect(["B", "UPDATE authors (email, version)", "INSERT authors", "C"]);
                    let bran = session.promote(&bran)?;
                    // Given on by a change, to a row that is there already.
                    session.edit(&bran)?.email = Some("b".into());
                    session.edit(&arya)?.email = Some("a".into());
                    session.flush()?;
                    session.refresh(&arya)?;
                    session.refresh(&bran)?;
                    assert_eq!(session[&arya].email.as_deref(), Some("a"));
                    assert_eq!(session[&bran].email.as_deref(), Some("b"));
                    assert_eq!((session[&arya].version, session[&bran].version), (3, 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn unchanged_values_and_nulls_order_nothing() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya").email("a"))?;
                    session.flush()?;
                    let arya = session.promote(&arya)?;
                    log.skip();
                    session.edit(&arya)?.name = "No One".into();
                    let _ = session.persist(NewAuthor::new("Bran"))?;
                    let _ = session.persist(NewAuthor::new("Rickon"))?;
                    session.flush()?;
                    let mut expected = samples::inserts(&orm, "authors", 2, 3);
                    expected.push("UPDATE authors (name, version)".into());
                    log.expect(samples::in_transaction(expected));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_waits_outside_does_not_count_as_the_value_in_the_database() {
                let (orm, _) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya").email("a"))?;
                    session.flush()?;
                    let arya = session.promote(&arya)?;
                    session.edit(&arya)?.email = Some("waiting".into());
                    session.transaction(|tx| {
                        let _ = tx.remove(arya.alias())?;
                        tx.persist(NewAuthor::new("Bran").email("a")).map(|_| ())
                    })?;
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
