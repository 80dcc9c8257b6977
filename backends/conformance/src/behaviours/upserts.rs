//! Upserts: rows inserted, or updated where they are there already, and the handles of both.

#[doc(hidden)]
#[macro_export]
macro_rules! upserts_behaviours {
    ($backend:ty, $harness:ty) => {
        mod upserts {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn author(name: &str, email: &str) -> NewAuthor {
                NewAuthor::new(name).email(email)
            }

            #[test]
            fn a_row_that_is_not_there_is_inserted_and_one_that_is_takes_the_named_fields_over() {
                let (orm, log) = open();
                orm.session(|session| {
                    let first = session.upsert(author("Arya", "a@w")).on_conflict(Author::BY_EMAIL);
                    let first = first.update(Author::NAME).execute()?;
                    assert_eq!(log.take(), samples::upsert(&orm, "authors", 0));
                    assert_eq!((session[&first].name.as_str(), session[&first].version), ("Arya", 1));
                    let again = session.upsert(author("No One", "a@w")).on_conflict(Author::BY_EMAIL);
                    let again = again.update(Author::NAME).execute()?;
                    assert_eq!(log.take(), samples::upsert(&orm, "authors", 0));
                    assert!(session.same(&first, &again));
                    assert_eq!((session[&first].name.as_str(), session[&first].version), ("No One", 2));
                    session.edit(&first)?.name = "Arya".into();
                    session.flush()?;
                    log.expect(["UPDATE authors (name, version)"]);
                    assert_eq!(session.query::<Author>(authors::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_is_kept_is_what_the_upsert_gives() {
                let (orm, log) = open();
                let key = samples::author_with_email(&orm, "Arya", Some("a@w"));
                log.skip();
                orm.session(|session| {
                    let kept = session.upsert(author("No One", "a@w")).on_conflict(Author::BY_EMAIL).keep();
                    let kept = kept.execute()?;
                    assert_eq!(session.key(&kept), key);
                    assert_eq!((session[&kept].name.as_str(), session[&kept].version), ("Arya", 1));
                    let new = session
                        .upsert(author("Sansa", "s@w"))
                        .on_conflict(Author::BY_EMAIL)
                        .keep()
                        .execute()?;
                    assert_eq!(session[&new].name, "Sansa");
                    assert!(!session.has_changes());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn many_rows_take_few_statements_and_each_has_its_own_handle() {
                let (orm, log) = open();
                let size = samples::insert_size(&orm, 3);
                let count = size + 2;
                let email = |n: usize| format!("{n:05}@w");
                // Every third is there, in another order.
                let there: Vec<usize> = (0..count).rev().filter(|n| n % 3 == 0).collect();
                orm.session(|session| {
                    for n in &there {
                        let _ = session.persist(NewAuthor::new("old").email(email(*n)))?;
                    }
                    session.flush()
                })
                .unwrap();
                log.skip();
                orm.session(|session| {
                    let drafts: Vec<_> =
                        (0..count).map(|n| NewAuthor::new(format!("new {n}")).email(email(n))).collect();
                    let handles = session
                        .upsert_many(drafts)
                        .on_conflict(Author::BY_EMAIL)
                        .update(Author::NAME)
                        .execute()?;
                    let sent = log.take();
                    let inserts = sent.iter().filter(|sent| *sent == "INSERT authors").count();
                    assert_eq!(inserts, count.div_ceil(size), "{sent:?}");
                    assert!(sent.len() <= 2 + 3 * inserts, "{sent:?}");
                    assert_eq!(handles.len(), count);
                    let mut keys = std::collections::HashSet::new();
                    for (n, handle) in handles.iter().enumerate() {
                        let row = &session[handle];
                        assert_eq!(
                            (row.name.clone(), row.email.clone()),
                            (format!("new {n}"), Some(email(n)))
                        );
                        assert_eq!(row.version, if n % 3 == 0 { 2 } else { 1 });
                        assert!(keys.insert(row.id));
                    }
                    // Each is the row of its key.
                    session.refresh(&handles[count - 1])?;
                    assert_eq!(session[&handles[count - 1]].name, format!("new {}", count - 1));
                    Ok(())
                })
                .unwrap();
                orm.session(|session| {
                    let mut all = session.query::<Author>(authors::table.order(authors::email)).all()?;
                    assert_eq!(all.len(), count);
                    let last = all.pop().unwrap();
                    assert_eq!(session[&last].name, format!("new {}", count - 1));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn none_is_nothing() {
                let (orm, log) = open();
                orm.session(|session| {
                    let none =
                        session.upsert_many(Vec::<NewAuthor>::new()).on_conflict(Author::BY_EMAIL).keep();
                    assert!(none.execute()?.is_empty());
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_same_row_twice_is_written_in_the_order_of_the_drafts() {
                let (orm, _) = open();
                orm.session(|session| {
                    let drafts =
                        [author("1", "a@w"), author("2", "b@w"), author("3", "a@w"), author("4", "a@w")];
                    let handles =
                        session.upsert_many(drafts).on_conflict(Author::BY_EMAIL).update(Author::NAME);
                    let handles = handles.execute()?;
                    assert!(session.same(&handles[0], &handles[2]) && session.same(&handles[0], &handles[3]));
                    assert_eq!((session[&handles[0]].name.as_str(), session[&handles[0]].version), ("4", 3));
                    assert_eq!((session[&handles[1]].name.as_str(), session[&handles[1]].version), ("2", 1));
                    assert_eq!(session.query::<Author>(authors::table).count()?, 2);
                    session.refresh(&handles[0])?;
                    assert_eq!(session[&handles[0]].name, "4");
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn the_key_and_a_set_of_several_columns_are_gone_by_as_well() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let tag = Tag { label: "red".into(), color: "#f00".into() };
                    let first = session
                        .upsert(tag.clone())
                        .on_conflict(UniqueSet::KEY)
                        .update(Tag::COLOR)
                        .execute()?;
                    let darker = Tag { color: "#a00".into(), ..tag };
                    let again =
                        session.upsert(darker).on_conflict(UniqueSet::KEY).update(Tag::COLOR).execute()?;
                    assert!(session.same(&first, &again));
                    assert_eq!(session[&first].color, "#a00");

                    let seat = |number, holder: &str| Seat {
                        venue: "Globe".into(),
                        number,
                        holder: Some(holder.into()),
                        version: 1,
                    };
                    let seats = [seat(1, "Will"), seat(2, "Kit"), seat(1, "Ben")];
                    let seats = session
                        .upsert_many(seats)
                        .on_conflict(UniqueSet::KEY)
                        .update(Seat::HOLDER)
                        .execute()?;
                    assert_eq!(
                        (session[&seats[0]].holder.as_deref(), session[&seats[0]].version),
                        (Some("Ben"), 2)
                    );
                    assert_eq!(
                        (session[&seats[1]].holder.as_deref(), session[&seats[1]].version),
                        (Some("Kit"), 1)
                    );

                    let on_shelf = |title: &str| NewBook::new(title, author).shelf(1).position(2);
                    let first = session.upsert(on_shelf("Needle")).on_conflict(Book::BY_SHELF_POSITION);
                    let first = first.update((Book::TITLE, Book::AUTHOR_ID)).execute()?;
                    let other = session.upsert(on_shelf("Faces")).on_conflict(Book::BY_SHELF_POSITION);
                    let other = other.update((Book::TITLE, Book::AUTHOR_ID)).execute()?;
                    assert!(session.same(&first, &other));
                    assert_eq!(session[&first].title, "Faces");
                    assert_eq!((session[&first].pages, session[&first].views), (100, 0));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_default_that_a_draft_leaves_to_the_database_is_kept_where_the_row_is_there() {
                let (orm, _) = open();
                let author = samples::author(&orm, "Arya");
                orm.session(|session| {
                    let draft = || NewBook::new("Needle", author).isbn("1");
                    let long =
                        session.upsert(draft().pages(300)).on_conflict(Book::BY_ISBN).keep().execute()?;
                    let fields = (Book::PAGES, Book::SHELF, Book::TITLE);
                    let drafts = [draft().shelf(7), NewBook::new("Faces", author).isbn("2").pages(5)];
                    let both =
                        session.upsert_many(drafts).on_conflict(Book::BY_ISBN).update(fields).execute()?;
                    assert!(session.same(&long, &both[0]));
                    assert_eq!((session[&long].pages, session[&long].shelf), (300, Some(7)));
                    assert_eq!((session[&both[1]].pages, session[&both[1]].shelf), (5, None));
                    // Nothing else to take over: the row stays as it is.
                    let again =
                        session.upsert(draft()).on_conflict(Book::BY_ISBN).update(Book::PAGES).execute()?;
                    assert!(session.same(&long, &again));
                    assert_eq!(session[&long].pages, 300);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_moment_as_a_version_and_a_generated_column_come_back() {
                let (orm, _) = open();
                orm.session(|session| {
                    // A key that the database makes tells no conflict.
                    let refused =
                        session.upsert(NewLease::new("me")).on_conflict(UniqueSet::KEY).keep().execute();
                    assert!(matches!(refused, Err(Error::NoConflictTarget { .. })), "{refused:?}");
                    let refused =
                        session.upsert(NewParcel::new(2, 3)).on_conflict(UniqueSet::KEY).update(Parcel::AREA);
                    assert!(matches!(refused.execute(), Err(Error::NotSettable { column: "area", .. })));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_cannot_be_gone_by_or_set_is_refused_before_anything_is_sent() {
                let (orm, log) = open();
                orm.session(|session| {
                    let by_email = |session: &mut Session<'_, B>, draft: NewAuthor| {
                        session
                            .upsert(draft)
                            .on_conflict(Author::BY_EMAIL)
                            .update(Author::NAME)
                            .execute()
                            .map(|_| ())
                    };
                    let nothing = by_email(session, NewAuthor::new("Arya"));
                    let Err(Error::NoConflictTarget { set, .. }) = nothing else { panic!("{nothing:?}") };
                    assert_eq!(&*set, "email");
                    let drafts = [author("a", "a@w"), NewAuthor::new("b")];
                    let one_of_them =
                        session.upsert_many(drafts).on_conflict(Author::BY_EMAIL).keep().execute();
                    assert!(matches!(one_of_them, Err(Error::NoConflictTarget { .. })));
                    let refused = |refused: Result<Handle<'_, Author, Managed>>, expected: &str| {
                        let Err(Error::NotSettable { column, .. }) = refused else { panic!("{expected}") };
                        assert_eq!(column, expected);
                    };
                    let draft = || author("a", "a@w");
                    let target = session.upsert(draft()).on_conflict(Author::BY_EMAIL);
                    refused(target.update((Author::NAME, Author::EMAIL)).execute(), "email");
                    let version = session.upsert(draft()).on_conflict(Author::BY_EMAIL);
                    refused(version.update(Author::VERSION).execute(), "version");
                    let key = session.upsert(draft()).on_conflict(Author::BY_EMAIL);
                    refused(key.update(Author::ID).execute(), "id");
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn drafts_are_linked_to_rows_that_are_written_first() {
                let (orm, log) = open();
                orm.session(|session| {
                    let arya = session.persist(NewAuthor::new("Arya"))?;
                    let book =
                        session.upsert(NewBook::new("Needle", &arya).isbn("1")).on_conflict(Book::BY_ISBN);
                    let book = book.update(Book::TITLE).execute()?;
                    let sent = log.take();
                    assert_eq!(sent.iter().filter(|sent| sent.starts_with("INSERT")).count(), 2, "{sent:?}");
                    let arya = session.promote(&arya)?;
                    assert_eq!(session[&book].author_id, session.key(&arya));
                    session.set_flush_mode(FlushMode::Commit);
                    let sansa = session.persist(NewAuthor::new("Sansa"))?;
                    let book =
                        session.upsert(NewBook::new("Lemons", &sansa).isbn("2")).on_conflict(Book::BY_ISBN);
                    let refused = book.keep().execute();
                    assert!(matches!(refused, Err(Error::NotWritten { .. })), "{refused:?}");
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn what_is_pending_of_the_table_is_flushed_first() {
                let (orm, _) = open();
                orm.session(|session| {
                    let pending = session.persist(author("Arya", "a@w"))?;
                    let upserted = session.upsert(author("No One", "a@w")).on_conflict(Author::BY_EMAIL);
                    let upserted = upserted.update(Author::NAME).execute()?;
                    let pending = session.promote(&pending)?;
                    assert!(session.same(&pending, &upserted));
                    assert_eq!((session[&pending].name.as_str(), session[&pending].version), ("No One", 2));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
