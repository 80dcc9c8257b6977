//! What a flush that fails leaves behind: nothing in the database, everything in memory.

#[doc(hidden)]
#[macro_export]
macro_rules! failure_behaviours {
    ($backend:ty, $harness:ty) => {
        mod failure {
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

            /// Seven statements of a flush, of which number `bad` breaks a constraint; `None` for none of them.
            struct Job<'s> {
                author: Handle<'s, Author, Managed>,
                book: Handle<'s, Book, Managed>,
                account: Handle<'s, Account, Managed>,
                new_author: Handle<'s, Author, New>,
                new_book: Handle<'s, Book, New>,
                tag: Handle<'s, Tag, Managed>,
                note: Handle<'s, Note, Removed>,
            }

            const STATEMENTS: [&str; 7] = [
                "INSERT tags",
                "INSERT authors",
                "INSERT books",
                "UPDATE accounts (balance, version)",
                "UPDATE authors (name, version)",
                "UPDATE books (title, isbn)",
                "DELETE notes",
            ];

            fn prepare(orm: &Orm<B>) {
                // The keys are 1 and 2, and the database knows it: it makes more of them later.
                samples::execute(orm, "INSERT INTO authors (name, email, version) VALUES ('Arya', 'a', 1)");
                samples::execute(
                    orm,
                    "INSERT INTO authors (name, email, version) VALUES ('Bran', 'taken', 1)",
                );
                samples::execute(orm, "INSERT INTO books (title, author_id) VALUES ('Needle', 1)");
                samples::execute(
                    orm,
                    "INSERT INTO books (title, author_id, isbn) VALUES ('Crow', 2, 'taken')",
                );
                samples::execute(orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 10, 1)");
                samples::execute(orm, "INSERT INTO tags (label, color) VALUES ('taken', 'x')");
                samples::execute(orm, "INSERT INTO notes (id, text, stars) VALUES (1, 'gone soon', 0)");
            }

            fn pending<'s, A: $crate::moored::FlushAuthority>(
                uow: &mut UnitOfWork<'s, B, A>,
                orm: &Orm<B>,
                bad: Option<usize>,
            ) -> Result<Job<'s>> {
                let author = uow.find::<Author>(1)?.required()?;
                let book = uow.find::<Book>(1)?.required()?;
                let account = uow.find::<Account>(1)?.required()?;
                let note = uow.find::<Note>(1)?.required()?;
                let label = if bad == Some(0) { "taken" } else { "red" };
                let tag = uow.persist(Tag { label: label.into(), color: "#f00".into() })?;
                let mut draft = NewAuthor::new("Rickon");
                if bad == Some(1) {
                    draft = draft.email("taken");
                }
                let new_author = uow.persist(draft)?;
                let mut draft = NewBook::new("New", &new_author);
                if bad == Some(2) {
                    draft = draft.isbn("taken");
                }
                let new_book = uow.persist(draft)?;
                uow.edit(&account)?.balance = if bad == Some(3) { -1 } else { 11 };
                uow.edit(&author)?.name = "No One".into();
                if bad == Some(4) {
                    samples::execute(orm, "UPDATE authors SET version = 7 WHERE id = 1");
                }
                uow.edit(&book)?.title = "Needles".into();
                uow.edit(&book)?.isbn = Some(if bad == Some(5) { "taken" } else { "free" }.into());
                if bad == Some(6) {
                    samples::execute(orm, "DELETE FROM notes WHERE id = 1");
                }
                let note = uow.remove(note)?;
                Ok(Job { author, book, account, new_author, new_book, tag, note })
            }

            /// Memory is what it was before the flush.
            fn check_pending<'s, A: $crate::moored::FlushAuthority>(
                uow: &UnitOfWork<'s, B, A>,
                job: &Job<'s>,
            ) {
                assert_eq!((uow[&job.author].name.as_str(), uow[&job.author].version), ("No One", 1));
                assert_eq!(uow[&job.book].title, "Needles");
                assert_eq!(uow[&job.account].version, 1);
                assert_eq!(uow.draft(&job.new_author).unwrap().name, "Rickon");
                assert_eq!(uow.draft(&job.new_book).unwrap().title, "New");
                assert_eq!(uow[&job.tag].color, "#f00");
                assert_eq!(uow[&job.note].text, "gone soon");
                assert!(matches!(uow.promote(&job.new_author), Err(Error::NotWritten { .. })));
                let plan = uow.plan().unwrap();
                assert_eq!(plan.steps().len(), STATEMENTS.len(), "{plan}");
            }

            /// Puts the cause right.
            fn correct<'s, A: $crate::moored::FlushAuthority>(
                uow: &mut UnitOfWork<'s, B, A>,
                orm: &Orm<B>,
                job: &mut Job<'s>,
                bad: usize,
            ) -> Result<()> {
                match bad {
                    0 => {
                        let _ = uow.remove(job.tag.alias())?;
                        job.tag = uow.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                    }
                    1 => uow.edit_draft(&job.new_author)?.email = None,
                    2 => uow.edit_draft(&job.new_book)?.isbn = None,
                    3 => uow.edit(&job.account)?.balance = 11,
                    4 => samples::execute(orm, "UPDATE authors SET version = 1 WHERE id = 1"),
                    5 => uow.edit(&job.book)?.isbn = Some("free".into()),
                    _ => samples::execute(
                        orm,
                        "INSERT INTO notes (id, text, stars) VALUES (1, 'gone soon', 0)",
                    ),
                }
                Ok(())
            }

            /// What the whole job comes to, as another session sees it.
            fn check_written(orm: &Orm<B>) {
                orm.session(|session| {
                    let author = session.find::<Author>(1)?.required()?;
                    assert_eq!((session[&author].name.as_str(), session[&author].version), ("No One", 2));
                    let account = session.find::<Account>(1)?.required()?;
                    assert_eq!((session[&account].balance, session[&account].version), (11, 2));
                    let book = session.find::<Book>(1)?.required()?;
                    assert_eq!(
                        (session[&book].title.as_str(), session[&book].isbn.as_deref()),
                        ("Needles", Some("free"))
                    );
                    let rickon =
                        session.query::<Author>(authors::table.filter(authors::name.eq("Rickon"))).one()?;
                    let new = session.query::<Book>(books::table.filter(books::title.eq("New"))).one()?;
                    assert_eq!(session[&new].author_id, session.key(&rickon));
                    assert!(session.find::<Tag>("red")?.is_some());
                    assert!(session.find::<Note>(1)?.is_none());
                    assert_eq!(session.query::<Author>(authors::table).count()?, 3);
                    Ok(())
                })
                .unwrap();
            }

            /// The database is what it was, the cause of the failure aside.
            fn check_untouched(orm: &Orm<B>) {
                orm.session(|session| {
                    assert_eq!(session.query::<Author>(authors::table).count()?, 2);
                    assert_eq!(session.query::<Book>(books::table).count()?, 2);
                    assert_eq!(session.query::<Tag>(tags::table).count()?, 1);
                    let account = session.find::<Account>(1)?.required()?;
                    assert_eq!((session[&account].balance, session[&account].version), (10, 1));
                    let author = session.find::<Author>(1)?.required()?;
                    assert_eq!(session[&author].name, "Arya");
                    let book = session.find::<Book>(1)?.required()?;
                    assert_eq!(session[&book].title, "Needle");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_job_is_one_statement_each() {
                let (orm, log) = open();
                prepare(&orm);
                orm.session(|session| {
                    let job = pending(session, &orm, None)?;
                    check_pending(session, &job);
                    log.skip();
                    session.flush()?;
                    let expected = STATEMENTS.map(str::to_owned).to_vec();
                    log.expect_in_any_order(samples::in_transaction(expected));
                    Ok(())
                })
                .unwrap();
                check_written(&orm);
            }

            #[test]
            fn whichever_statement_fails_nothing_is_written_and_the_corrected_flush_is_right() {
                for bad in 0..STATEMENTS.len() {
                    let (orm, log) = open();
                    prepare(&orm);
                    orm.session(|session| {
                        let mut job = pending(session, &orm, Some(bad))?;
                        log.skip();
                        for _ in 0..2 {
                            let error = session.flush().unwrap_err();
                            let expected = match bad {
                                3 => Some(FailureKind::Check),
                                4 | 6 => None,
                                _ => Some(FailureKind::Unique),
                            };
                            assert_eq!(
                                error.failure().map(|failure| failure.kind),
                                expected,
                                "{bad}: {error}"
                            );
                            assert_eq!(
                                expected.is_none(),
                                matches!(error, Error::Stale(_)),
                                "{bad}: {error}"
                            );
                            let sent = log.take();
                            assert_eq!(sent.last().map(String::as_str), Some("R"), "{sent:?}");
                            assert_eq!(
                                sent.iter().filter(|sent| *sent == STATEMENTS[bad]).count(),
                                1,
                                "{sent:?}"
                            );
                            check_pending(session, &job);
                        }
                        check_untouched(&orm);
                        correct(session, &orm, &mut job, bad)?;
                        session.flush()?;
                        let (author, book) = session.promote((&job.new_author, &job.new_book))?;
                        assert_eq!(session[&book].author_id, session.key(&author));
                        assert_eq!((session[&job.author].version, session[&job.account].version), (2, 2));
                        log.skip();
                        session.flush()?;
                        assert!(log.take().is_empty());
                        Ok(())
                    })
                    .unwrap();
                    check_written(&orm);
                }
            }

            #[test]
            fn inside_a_transaction_the_flush_alone_is_undone_and_earlier_work_commits() {
                for bad in [0, 1, 2, 3, 5] {
                    let (orm, log) = open();
                    prepare(&orm);
                    orm.session(|session| {
                        session.transaction(|tx| {
                            let _ = tx.persist(NewSetting::new(1, 1, "earlier"))?;
                            tx.flush()?;
                            let mut job = pending(tx, &orm, Some(bad))?;
                            log.skip();
                            assert!(tx.flush().is_err());
                            let sent = log.take();
                            assert_eq!(
                                (sent[0].as_str(), sent[sent.len() - 1].as_str()),
                                ("SP", "RB SP"),
                                "{sent:?}"
                            );
                            check_pending(tx, &job);
                            correct(tx, &orm, &mut job, bad)?;
                            tx.flush()?;
                            let book = tx.promote(&job.new_book)?;
                            tx.edit(&book)?.pages = 3;
                            Ok(())
                        })
                    })
                    .unwrap();
                    check_written(&orm);
                    orm.session(|session| {
                        assert!(session.find::<Setting>(1)?.is_some());
                        let new = session.query::<Book>(books::table.filter(books::title.eq("New"))).one()?;
                        assert_eq!(session[&new].pages, 3);
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn work_inside_a_transaction_that_fails_at_its_end_is_undone_in_memory_too() {
                let (orm, _) = open();
                prepare(&orm);
                orm.session(|session| {
                    let author = session.find::<Author>(1)?.required()?;
                    let failed = session.transaction(|tx| pending(tx, &orm, Some(5)).map(|_| ()));
                    assert_eq!(kind(failed), Some(FailureKind::Unique));
                    assert_eq!((session[&author].name.as_str(), session[&author].version), ("Arya", 1));
                    assert!(!session.has_changes());
                    assert!(session.find::<Tag>("red")?.is_none());
                    assert!(session.find::<Note>(1)?.is_some());
                    Ok(())
                })
                .unwrap();
                check_untouched(&orm);
            }
        }
    };
}
