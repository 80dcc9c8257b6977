//! Conflicts with another writer: mine kept, theirs taken, both merged, in the session that ran into them.

#[doc(hidden)]
#[macro_export]
macro_rules! resolving_behaviours {
    ($backend:ty, $harness:ty) => {
        mod resolving {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use std::thread;

            use $crate::moored::Resolution;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// What the two writers did to a column.
            #[derive(Clone, Copy, Debug, PartialEq)]
            enum Done {
                ByNobody,
                ByMe,
                ByThem,
                ByBothAlike,
                ByBothOtherwise,
            }

            const ALL: [Done; 5] =
                [Done::ByNobody, Done::ByMe, Done::ByThem, Done::ByBothAlike, Done::ByBothOtherwise];

            impl Done {
                /// What the column is to me, and to them, that was `old`.
                fn values(self) -> (&'static str, &'static str) {
                    match self {
                        Self::ByNobody => ("old", "old"),
                        Self::ByMe => ("mine", "old"),
                        Self::ByThem => ("old", "theirs"),
                        Self::ByBothAlike => ("same", "same"),
                        Self::ByBothOtherwise => ("mine", "theirs"),
                    }
                }

                /// What it is to be: the other's where one alone changed it.
                fn resolved(self, resolution: Resolution) -> &'static str {
                    let (mine, theirs) = self.values();
                    match resolution {
                        Resolution::Theirs => theirs,
                        _ if mine == "old" => theirs,
                        _ => mine,
                    }
                }
            }

            #[test]
            fn every_pair_of_changes_ends_as_the_resolution_says() {
                let (orm, log) = open();
                for resolution in [Resolution::Mine, Resolution::Theirs, Resolution::Merge] {
                    for (name, email) in ALL.iter().flat_map(|&name| ALL.map(|email| (name, email))) {
                        let key = samples::author_with_email(&orm, "old", Some("old"));
                        orm.session(|session| {
                            let author = session.find::<Author>(key)?.required()?;
                            let (my_name, their_name) = name.values();
                            let (my_email, their_email) = email.values();
                            samples::execute(
                                &orm,
                                &format!(
                                    "UPDATE authors SET name = '{their_name}', email = '{their_email}', version = 5 \
                                     WHERE id = {key}"
                                ),
                            );
                            let mine = session.edit(&author)?;
                            (mine.name, mine.email) = (my_name.into(), Some(my_email.into()));
                            let is_changed = (my_name, my_email) != ("old", "old");
                            assert_eq!(session.flush().is_err(), is_changed, "{name:?} {email:?}");

                            log.skip();
                            let resolved = session.resolve(&author, resolution);
                            log.expect(["SELECT authors"]);
                            let both: Vec<_> = [("name", name), ("email", email)]
                                .into_iter()
                                .filter(|(_, done)| *done == Done::ByBothOtherwise)
                                .map(|(column, _)| column)
                                .collect();
                            if resolution == Resolution::Merge && !both.is_empty() {
                                let Err(Error::Conflict { row, columns }) = resolved else { panic!("{resolved:?}") };
                                assert_eq!((row.entity, &*columns), ("Author", both.join(", ").as_str()));
                                let author = &session[&author];
                                assert_eq!((author.name.as_str(), author.email.as_deref()), (my_name, Some(my_email)));
                                assert_eq!(author.version, 1);
                                session.discard();
                                return Ok(());
                            }
                            resolved?;
                            session.flush()?;
                            session.refresh(&author)?;
                            let author = &session[&author];
                            let expected = (name.resolved(resolution), email.resolved(resolution));
                            assert_eq!(
                                (author.name.as_str(), author.email.as_deref()),
                                (expected.0, Some(expected.1)),
                                "{resolution:?} {name:?} {email:?}"
                            );
                            let is_written = expected != (their_name, their_email);
                            assert_eq!(author.version, 5 + i32::from(is_written));
                            Ok(())
                        })
                        .unwrap();
                        samples::execute(&orm, "DELETE FROM authors");
                    }
                }
            }

            #[test]
            fn a_row_without_a_version_is_resolved_too() {
                let (orm, _) = open();
                samples::notes(&orm, 1);
                orm.session(|session| {
                    let note = session.find::<Note>(1)?.required()?;
                    session.edit(&note)?.stars = 3;
                    samples::execute(&orm, "UPDATE notes SET text = 'theirs', stars = 2");
                    let resolved = session.resolve(&note, Resolution::Merge);
                    assert!(matches!(resolved, Err(Error::Conflict { .. })), "{resolved:?}");
                    session.resolve(&note, Resolution::Mine)?;
                    session.flush()?;
                    session.refresh(&note)?;
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("theirs", 3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_is_gone_has_nothing_to_be_resolved_with() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "Mine".into();
                    samples::execute(&orm, "DELETE FROM authors");
                    for resolution in [Resolution::Mine, Resolution::Theirs, Resolution::Merge] {
                        let Err(Error::Stale(row)) = session.resolve(&arya, resolution) else {
                            panic!("there is no row")
                        };
                        assert_eq!(row.entity, "Author");
                        assert_eq!(session[&arya].name, "Mine");
                    }
                    let left = session.detach(arya)?;
                    assert_eq!(left.get().name, "Mine");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_is_not_written_or_removed_is_refused() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let tag = session.persist(Tag { label: "x".into(), color: "red".into() })?;
                    let arya = session.find::<Author>(key)?.required()?;
                    let alias = arya.alias();
                    let arya = session.remove(arya)?;
                    log.skip();
                    assert!(matches!(session.resolve(&tag, Resolution::Mine), Err(Error::NotWritten { .. })));
                    assert!(matches!(session.resolve(&alias, Resolution::Mine), Err(Error::Removed(_))));
                    log.expect::<&str>([]);
                    let _ = session.restore(arya)?;
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_touched_row_stays_touched_and_an_expected_one_expected() {
                let (orm, log) = open();
                let keys = [samples::author(&orm, "a"), samples::author(&orm, "b")];
                orm.session(|session| {
                    let authors = session.find_many::<Author, _>(keys)?.required()?;
                    session.touch(&authors[0])?;
                    session.expect_unchanged(&authors[1])?;
                    samples::execute(&orm, "UPDATE authors SET version = 4");
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    for author in &authors {
                        session.resolve(author, Resolution::Merge)?;
                    }
                    log.skip();
                    session.flush()?;
                    log.expect(["B", "SELECT authors", "UPDATE authors (version)", "C"]);
                    assert_eq!((session[&authors[0]].version, session[&authors[1]].version), (5, 4));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_link_and_a_computed_column_are_edits_as_well() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                let other = samples::author(&orm, "Jon");
                let book = samples::book(&orm, "Needle", author);
                orm.session(|session| {
                    let book = session.find::<Book>(book)?.required()?;
                    let sansa = session.persist(NewAuthor::new("Sansa"))?;
                    session.link(&book, Book::author(), &sansa)?;
                    session.compute(&book, books::pages, books::pages + 5)?;
                    let theirs = format!("UPDATE books SET title = 'Theirs', author_id = {other}, pages = 70");
                    samples::execute(&orm, &theirs);
                    let merged = session.resolve(&book, Resolution::Merge);
                    let Err(Error::Conflict { columns, .. }) = merged else { panic!("{merged:?}") };
                    assert_eq!(&*columns, "author_id, pages");
                    session.resolve(&book, Resolution::Mine)?;
                    session.flush()?;
                    session.refresh(&book)?;
                    let sansa = session.promote(&sansa)?;
                    assert_eq!(session[&book].title, "Theirs");
                    assert_eq!((session[&book].author_id, session[&book].pages), (session.key(&sansa), 75));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn edits_that_wait_outside_of_a_transaction_are_mine() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "Mine".into();
                    samples::execute(&orm, "UPDATE authors SET email = 'theirs', version = 5");
                    session.transaction(|tx| {
                        tx.resolve(&arya, Resolution::Merge)?;
                        assert_eq!((tx[&arya].name.as_str(), tx[&arya].email.as_deref()), ("Mine", Some("theirs")));
                        Ok(())
                    })?;
                    session.flush()?;
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Mine", 6));
                    assert_eq!(session[&arya].email.as_deref(), Some("theirs"));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_a_transaction_resolved_goes_with_it() {
                let (orm, _) = open();
                let key = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let arya = session.find::<Author>(key)?.required()?;
                    session.edit(&arya)?.name = "Mine".into();
                    samples::execute(&orm, "UPDATE authors SET email = 'theirs', version = 5");
                    let undone = session.transaction(|tx| {
                        tx.resolve(&arya, Resolution::Theirs)?;
                        assert_eq!(tx[&arya].name, "Arya");
                        Err::<(), _>(Error::NotFound { entity: "Author" })
                    });
                    assert!(undone.is_err());
                    assert_eq!((session[&arya].name.as_str(), session[&arya].version), ("Mine", 1));
                    assert!(matches!(session.flush(), Err(Error::Stale(_))));
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn writers_who_merge_until_they_succeed_lose_nothing() {
                const WRITERS: i64 = 4;
                const ROUNDS: i64 = 10;
                let (orm, _) = open();
                let key = orm
                    .session(|session| {
                        let account = session.persist(NewAccount::new(0))?;
                        session.flush()?;
                        let account = session.promote(&account)?;
                        Ok(session[&account].id)
                    })
                    .unwrap();
                // SQLite has one writer, and a database in memory one connection at a time.
                let add = || {
                    orm.session(|session| {
                        let account = session.find::<Account>(key)?.required()?;
                        loop {
                            session.edit(&account)?.balance += 1;
                            match session.flush() {
                                Ok(()) => return Ok(()),
                                Err(Error::Stale(_)) => session.resolve(&account, Resolution::Theirs)?,
                                Err(error) if error.is_retryable() => session.refresh(&account)?,
                                Err(error) => return Err(error),
                            }
                        }
                    })
                };
                thread::scope(|scope| {
                    let writers: Vec<_> =
                        (0..WRITERS).map(|_| scope.spawn(|| (0..ROUNDS).try_for_each(|_| add()))).collect();
                    writers.into_iter().for_each(|writer| writer.join().unwrap().unwrap());
                });
                let total = orm.session(|session| {
                    let account = session.find::<Account>(key)?.required()?;
                    Ok((session[&account].balance, i64::from(session[&account].version)))
                });
                assert_eq!(total.unwrap(), (WRITERS * ROUNDS, WRITERS * ROUNDS + 1));
            }
        }
    };
}
