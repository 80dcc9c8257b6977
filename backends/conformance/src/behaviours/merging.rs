//! Values that come back to a row that is gone or moved on, in whatever way the session knows it.

#[doc(hidden)]
#[macro_export]
macro_rules! merging_behaviours {
    ($backend:ty, $harness:ty) => {
        mod merging {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// How a session knows a row before a value of it comes back.
            #[derive(Clone, Copy, Debug)]
            enum Known {
                No,
                AsReference,
                AsItWas,
                Edited,
            }

            const KNOWN: [Known; 4] = [Known::No, Known::AsReference, Known::AsItWas, Known::Edited];

            fn meet(session: &mut Session<'_, B>, known: Known) -> Result<()> {
                match known {
                    Known::No => {}
                    Known::AsReference => {
                        session.reference::<Tag>("red")?;
                        session.reference::<Author>(1)?;
                    }
                    Known::AsItWas | Known::Edited => {
                        let tag = session.find::<Tag>("red")?.required()?;
                        let author = session.find::<Author>(1)?.required()?;
                        if matches!(known, Known::Edited) {
                            session.edit(&tag)?.color = "here".into();
                            session.edit(&author)?.name = "here".into();
                        }
                    }
                }
                Ok(())
            }

            /// A tag, whose key is the client's, and an author, who has a version; both are edited outside.
            fn outside(orm: &Orm<B>) -> (Detached<Tag>, Detached<Author>) {
                let author = samples::author(orm, "Arya");
                let (mut tag, mut author) = orm
                    .session(|session| {
                        let tag = session.persist(Tag { label: "red".into(), color: "#f00".into() })?;
                        session.flush()?;
                        let author = session.find::<Author>(author)?.required()?;
                        Ok((session.detach(tag)?, session.detach(author)?))
                    })
                    .unwrap();
                tag.get_mut().color = "outside".into();
                author.get_mut().name = "outside".into();
                (tag, author)
            }

            #[test]
            fn a_row_that_went_is_stale_and_never_inserted() {
                for known in KNOWN {
                    let (orm, log) = open();
                    let (tag, author) = outside(&orm);
                    orm.session(|session| {
                        meet(session, known)?;
                        samples::execute(&orm, "DELETE FROM authors");
                        samples::execute(&orm, "DELETE FROM tags");
                        log.skip();
                        assert!(matches!(session.merge(&tag), Err(Error::Stale(row)) if row.entity == "Tag"), "{known:?}");
                        assert!(matches!(session.merge(&author), Err(Error::Stale(row)) if row.entity == "Author"));
                        session.discard();
                        session.flush()
                    })
                    .unwrap();
                    // Trusted instead, it is found out by the flush.
                    orm.session(|session| {
                        let _ = session.attach(&tag)?;
                        assert!(matches!(session.flush(), Err(Error::Stale(row)) if row.entity == "Tag"));
                        session.discard();
                        assert_eq!(session.query::<Tag>(tags::table).count()?, 0);
                        assert_eq!(session.query::<Author>(authors::table).count()?, 0);
                        Ok(())
                    })
                    .unwrap();
                    assert!(!log.take().iter().any(|statement| statement.starts_with("INSERT")));
                }
            }

            #[test]
            fn a_version_that_moved_on_is_stale_and_nothing_is_taken_over() {
                for known in KNOWN {
                    let (orm, log) = open();
                    let (_, author) = outside(&orm);
                    orm.session(|session| {
                        meet(session, known)?;
                        samples::execute(&orm, "UPDATE authors SET name = 'theirs', version = 2");
                        log.skip();
                        let merged = session.merge(&author);
                        assert!(matches!(merged, Err(Error::Stale(row)) if row.entity == "Author"), "{known:?}");
                        log.expect(["SELECT authors"]);
                        let here = session.find::<Author>(1)?.required()?;
                        let expected = match known {
                            Known::No | Known::AsReference => ("theirs", 2),
                            Known::AsItWas => ("Arya", 1),
                            Known::Edited => ("here", 1),
                        };
                        assert_eq!((session[&here].name.as_str(), session[&here].version), expected);
                        session.discard();
                        Ok(())
                    })
                    .unwrap();
                    let theirs = authors::table.filter(authors::name.eq("theirs"));
                    assert_eq!(orm.read(|session| session.query::<Author>(theirs).count()).unwrap(), 1);
                }
            }
        }
    };
}
