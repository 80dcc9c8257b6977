//! Queries of every shape give managed rows.

#[doc(hidden)]
#[macro_export]
macro_rules! queries_behaviours {
    ($backend:ty, $harness:ty) => {
        mod queries {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn texts(
                session: &mut Session<'_, B>,
                query: impl $crate::moored::EntityQuery<'static, Note, B>,
            ) -> Result<Vec<String>> {
                let rows = session.query::<Note>(query).all()?;
                Ok(rows.iter().map(|row| session[row].text.clone()).collect())
            }

            fn numbered(orm: &Orm<B>) {
                orm.session(|session| {
                    for number in 1..=5 {
                        let _ = session.persist(NewNote::new(format!("note {number}"), number))?;
                    }
                    session.flush()
                })
                .unwrap();
            }

            #[test]
            fn filters_orders_limits_and_offsets_are_the_databases() {
                let (orm, log) = open();
                numbered(&orm);
                log.skip();
                orm.session(|session| {
                    let query =
                        notes::table.filter(notes::stars.ge(2)).order(notes::id.desc()).limit(2).offset(1);
                    assert_eq!(texts(session, query)?, ["note 4", "note 3"]);
                    let either =
                        notes::table.filter(notes::id.eq(1).or(notes::text.like("%5"))).order(notes::id);
                    assert_eq!(texts(session, either)?, ["note 1", "note 5"]);
                    assert_eq!(
                        texts(session, notes::table.filter(notes::id.eq_any([2, 3])).order(notes::id))?.len(),
                        2
                    );
                    log.expect(["SELECT notes"; 3]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_boxed_query_and_a_distinct_one_are_queries_too() {
                let (orm, _) = open();
                numbered(&orm);
                orm.session(|session| {
                    let mut query = notes::table.into_boxed();
                    query = query.filter(notes::stars.gt(3));
                    query = query.order(notes::id);
                    assert_eq!(texts(session, query)?, ["note 4", "note 5"]);
                    assert_eq!(texts(session, notes::table.distinct().order(notes::id))?.len(), 5);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_bound_value_may_be_borrowed() {
                let (orm, _) = open();
                numbered(&orm);
                orm.session(|session| {
                    let text = String::from("note 3");
                    let row = session.query::<Note>(notes::table.filter(notes::text.eq(&text))).one()?;
                    assert_eq!(session[&row].id, 3);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn one_row_is_asked_for_where_one_row_is_wanted() {
                let (orm, log) = open();
                numbered(&orm);
                orm.session(|session| {
                    let all = || notes::table.order(notes::id);
                    log.skip();
                    let first = session.query::<Note>(all()).first()?.required()?;
                    assert_eq!(session[&first].id, 1);
                    assert!(log.take_sql()[0].contains("LIMIT"));
                    assert!(matches!(
                        session.query::<Note>(all()).one(),
                        Err(Error::NotUnique { entity: "Note" })
                    ));
                    let none = || notes::table.filter(notes::id.eq(99));
                    assert!(matches!(
                        session.query::<Note>(none()).one(),
                        Err(Error::NotFound { entity: "Note" })
                    ));
                    assert!(session.query::<Note>(none()).first()?.is_none());
                    assert!(!session.query::<Note>(none()).exists()?);
                    assert!(session.query::<Note>(all()).exists()?);
                    assert_eq!(session.query::<Note>(all()).count()?, 5);
                    assert_eq!(session.query::<Note>(notes::table.limit(2)).count()?, 2);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn counting_loads_nothing() {
                let (orm, log) = open();
                numbered(&orm);
                orm.session(|session| {
                    assert_eq!(session.query::<Note>(notes::table).count()?, 5);
                    assert!(session.query::<Note>(notes::table).exists()?);
                    log.skip();
                    assert!(session.find::<Note>(1)?.is_some());
                    log.expect(["SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_session_that_reads_has_an_identity_map_too() {
                let (orm, log) = open();
                numbered(&orm);
                log.skip();
                orm.read(|session| {
                    let first = session.find::<Note>(1)?.required()?;
                    let second = session.query::<Note>(notes::table.filter(notes::stars.eq(1))).one()?;
                    let third = session.find::<Note>(1)?.required()?;
                    assert!(session.same(&first, &second) && session.same(&second, &third));
                    log.expect(["SELECT notes", "SELECT notes"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_draft_with_a_key_of_its_own_is_found_once_it_is_written() {
                let (orm, log) = open();
                orm.session(|session| {
                    let red = session.persist(NewTag::new("red", "#f00"))?;
                    let found = session.find::<Tag>("red")?.required()?;
                    log.expect(["INSERT tags"]);
                    let red = session.promote(&red)?;
                    assert!(session.same(&red, &found));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn drafts_of_another_entity_are_not_flushed_by_find() {
                let (orm, log) = open();
                orm.session(|session| {
                    let _ = session.persist(NewAuthor::new("Arya"))?;
                    assert!(session.find::<Note>(1)?.is_none());
                    log.expect(["SELECT notes"]);
                    session.flush()
                })
                .unwrap();
            }
        }
    };
}
