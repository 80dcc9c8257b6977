//! In which order a flush writes rows of tables that do not refer to each other in a circle.

#[doc(hidden)]
#[macro_export]
macro_rules! order_behaviours {
    ($backend:ty, $harness:ty) => {
        mod order {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn parents_go_before_the_children_that_were_persisted_first() {
                let (orm, log) = open();
                orm.session(|session| {
                    let tag = session.persist(NewTag::new("steel", "grey"))?;
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let needle = session.persist(NewBook::new("Needle", &arya).editor(&arya))?;
                    let link = session.persist(NewBookTag::new(&needle, &tag, 3))?;
                    session.flush()?;
                    log.expect([
                        "B",
                        "INSERT tags",
                        "INSERT authors",
                        "INSERT books",
                        "INSERT book_tags",
                        "C",
                    ]);
                    let (arya, needle, link) = session.promote((&arya, &needle, &link))?;
                    assert_eq!(session[&needle].author_id, session.key(&arya));
                    assert_eq!(session[&needle].editor_id, Some(session.key(&arya)));
                    assert_eq!(session[&link].book_id, session.key(&needle));
                    session.refresh(&needle)?;
                    assert_eq!(session[&needle].author_id, session.key(&arya));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_child_that_is_linked_later_waits_for_a_parent_persisted_after_it() {
                let (orm, log) = open();
                let first = samples::author(&orm, "First");
                log.skip();
                orm.session(|session| {
                    let needle = session.persist(NewBook::new("Needle", first))?;
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    session.link(&needle, Book::author(), &arya)?;
                    session.flush()?;
                    log.expect(["B", "INSERT authors", "INSERT books", "C"]);
                    let (arya, needle) = session.promote((&arya, &needle))?;
                    assert_eq!(session[&needle].author_id, session.key(&arya));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_whole_graph_takes_one_statement_per_type() {
                let (orm, log) = open();
                orm.session(|session| {
                    for number in 0..20 {
                        let author = session.persist(NewAuthor::new(format!("a{number}")))?;
                        for title in 0..3 {
                            let _ = session.persist(NewBook::new(format!("{number}/{title}"), &author))?;
                        }
                    }
                    session.flush()?;
                    let mut expected = samples::inserts(&orm, "authors", 20, 3);
                    expected.extend(samples::inserts(&orm, "books", 60, 6));
                    log.expect(samples::in_transaction(expected));
                    let books = session.query::<Book>(books::table).all()?;
                    for book in &books {
                        let author = session.find::<Author>(session[book].author_id)?.required()?;
                        let number = session[&author].name.trim_start_matches('a').to_owned();
                        assert_eq!(session[book].title.split('/').next(), Some(number.as_str()));
                    }
                    assert_eq!(books.len(), 60);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_that_nothing_constrains_are_inserted_as_they_were_persisted() {
                let (orm, _) = open();
                orm.session(|session| {
                    let notes: Vec<_> = (0..50)
                        .map(|star| session.persist(NewNote::new("x", 50 - star)))
                        .collect::<Result<_>>()?;
                    session.flush()?;
                    let notes = session.promote(&notes)?;
                    assert!(notes.windows(2).all(|pair| session[&pair[0]].id < session[&pair[1]].id));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn entities_keep_the_order_of_registration_across_a_transaction() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewNote::new("first", 0))?;
                    let _ = session.persist(NewTag::new("second", "x"))?;
                    session.transaction(|tx| tx.persist(NewNote::new("inside", 0)).map(|_| ()))?;
                    log.skip();
                    session.flush()?;
                    log.expect(["B", "INSERT notes", "INSERT tags", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_tree_goes_in_level_by_level_and_out_leaves_first() {
                let (orm, log) = open();
                orm.session(|session| {
                    let slugs = ["leaf", "root", "twig", "branch", "other"];
                    let made: Vec<_> = slugs
                        .iter()
                        .map(|slug| session.persist(NewCategory::new(*slug)))
                        .collect::<Result<_>>()?;
                    session.link(&made[0], Category::parent(), &made[2])?;
                    session.link(&made[2], Category::parent(), &made[3])?;
                    session.link(&made[3], Category::parent(), &made[1])?;
                    session.link(&made[4], Category::parent(), &made[1])?;
                    session.flush()?;
                    log.expect(samples::in_transaction(vec!["INSERT categories".into(); 4]));
                    let made = session.promote(&made)?;
                    assert_eq!(session[&made[1]].parent_id, None);
                    assert_eq!(session[&made[0]].parent_id, Some(session.key(&made[2])));
                    assert_eq!(session[&made[4]].parent_id, Some(session.key(&made[1])));
                    for category in made {
                        let _ = session.remove(category)?;
                    }
                    session.flush()?;
                    // The leaf and the other one together.
                    let mut expected = samples::deletes(&orm, "categories", 2);
                    expected.extend(vec!["DELETE categories".to_owned(); 3]);
                    log.expect(samples::in_transaction(expected));
                    assert_eq!(session.query::<Category>(categories::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_child_moves_to_a_new_parent_before_the_old_one_goes() {
                let (orm, log) = open();
                let old = samples::author(&orm, "Old");
                let book = samples::book(&orm, "Needle", old);
                orm.session(|session| {
                    let old = session.find::<Author>(old)?.required()?;
                    let book = session.find::<Book>(book)?.required()?;
                    log.skip();
                    let _ = session.remove(old)?;
                    let new = session.persist(NewAuthor::new("New"))?;
                    session.link(&book, Book::author(), &new)?;
                    session.flush()?;
                    log.expect(["B", "INSERT authors", "UPDATE books (author_id)", "DELETE authors", "C"]);
                    let new = session.promote(&new)?;
                    assert_eq!(session[&book].author_id, session.key(&new));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn books_go_before_their_author_in_whatever_order_they_are_removed() {
                for author_first in [true, false] {
                    let (orm, log) = open();
                    let key = samples::author(&orm, "Arya");
                    samples::book(&orm, "Needle", key);
                    samples::book(&orm, "Dagger", key);
                    orm.session(|session| {
                        let arya = session.find::<Author>(key)?.required()?;
                        let books = session.query::<Book>(books::table).all()?;
                        log.skip();
                        let mut author = Some(arya);
                        if author_first {
                            author.take().map(|arya| session.remove(arya)).transpose()?;
                        }
                        for book in books {
                            let _ = session.remove(book)?;
                        }
                        author.take().map(|arya| session.remove(arya)).transpose()?;
                        session.flush()?;
                        let mut expected = samples::deletes(&orm, "books", 2);
                        expected.push("DELETE authors".into());
                        log.expect(samples::in_transaction(expected));
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
    };
}
