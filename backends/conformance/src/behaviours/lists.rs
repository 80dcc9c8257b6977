//! Relations whose rows stand in a list.

#[doc(hidden)]
#[macro_export]
macro_rules! lists_behaviours {
    ($backend:ty, $harness:ty) => {
        mod lists {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            /// A cook with steps at these places, each named by its place, and the tags x to z.
            fn kitchen(places: &[i16]) -> (Orm<B>, Statements) {
                let (orm, log) = <H as Harness<B>>::open();
                orm.session(|session| {
                    for label in ["x", "y", "z"] {
                        session.persist(Tag { label: label.into(), color: "red".into() })?;
                    }
                    let cook = session.persist(NewCook::new("cook"))?;
                    for place in places {
                        session.persist(NewStep::new(&cook, *place, format!("s{place}")))?;
                    }
                    session.flush()
                })
                .unwrap();
                (orm, log)
            }

            fn cook<'s>(session: &mut Session<'s, B>) -> Result<Handle<'s, Cook, Managed>> {
                session.query::<Cook>(authors::table).one()
            }

            fn texts<'s>(session: &Session<'s, B>, steps: &[Handle<'s, Step, Managed>]) -> Vec<String> {
                steps.iter().map(|step| session[step].text.clone()).collect()
            }

            /// The steps as the database has them: place and text.
            fn stored(orm: &Orm<B>) -> Vec<(i16, String)> {
                orm.read(|session| {
                    let steps = session.query::<Step>(steps::table.order(steps::place)).all()?;
                    Ok(steps.iter().map(|step| (session[step].place, session[step].text.clone())).collect())
                })
                .unwrap()
            }

            fn listed(rows: &[(i16, &str)]) -> Vec<(i16, String)> {
                rows.iter().map(|(place, text)| (*place, (*text).into())).collect()
            }

            #[test]
            fn rows_are_given_in_their_order_whatever_way_they_came() {
                let (orm, _) = kitchen(&[7, 3, 5]);
                orm.session(|session| {
                    let cook = cook(session)?;
                    let cook = session.populate(&cook, Cook::steps())?;
                    let steps = session.related(&cook, Cook::steps());
                    assert_eq!(texts(session, &steps), ["s3", "s5", "s7"]);
                    let nested = session.nested(&cook, Cook::steps())?;
                    assert_eq!(session[&nested[2]].text, "s7");
                    session.edit(&steps[0])?.place = 6;
                    let steps = session.collection(&cook, Cook::steps()).rows()?;
                    assert_eq!(texts(session, &steps), ["s5", "s3", "s7"]);
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_list_is_put_in_order_with_the_positions_that_there_are() {
                let (orm, log) = kitchen(&[3, 5, 7, 9]);
                orm.session(|session| {
                    let cook = cook(session)?;
                    let steps = session.collection(&cook, Cook::steps()).rows()?;
                    // Those that are not named follow.
                    session.collection(&cook, Cook::steps()).reorder([&steps[1], &steps[0]])?;
                    assert_eq!(session[&steps[0]].place, 5);
                    let now = session.collection(&cook, Cook::steps()).rows()?;
                    assert_eq!(texts(session, &now), ["s5", "s3", "s7", "s9"]);
                    // Unique with its cook: the flush knows how to swap two.
                    session.flush()?;
                    assert_eq!(stored(&orm), listed(&[(3, "s5"), (5, "s3"), (7, "s7"), (9, "s9")]));
                    log.skip();
                    session.collection(&cook, Cook::steps()).reorder(&now)?;
                    assert!(!session.has_changes());
                    log.expect::<&str>([]);
                    session.collection(&cook, Cook::steps()).reorder(now.iter().rev())?;
                    session.flush()
                })
                .unwrap();
                assert_eq!(stored(&orm), listed(&[(3, "s9"), (5, "s7"), (7, "s3"), (9, "s5")]));
            }

            #[test]
            fn rows_are_pushed_behind_the_last_and_drafts_are_moved_too() {
                let (orm, _) = kitchen(&[4]);
                orm.session(|session| {
                    let cook = cook(session)?;
                    let mut steps = session.collection(&cook, Cook::steps());
                    let a = steps.push_with(|cook, place| NewStep::new(cook, place, "a"))?;
                    let b = steps.push_with(|cook, place| NewStep::new(cook, place, "b"))?;
                    assert_eq!((session.draft(&a)?.place, session.draft(&b)?.place), (5, 6));
                    session.collection(&cook, Cook::steps()).reorder([&b, &a])?;
                    assert_eq!((session.draft(&a)?.place, session.draft(&b)?.place), (5, 4));
                    session.flush()?;
                    assert_eq!(stored(&orm), listed(&[(4, "b"), (5, "a"), (6, "s4")]));
                    let other = session.persist(NewCook::new("other"))?;
                    let mut empty = session.collection(&other, Cook::steps());
                    let first = empty.push_with(|cook, place| NewStep::new(cook, place, "first"))?;
                    assert_eq!(session.draft(&first)?.place, 0);
                    session.discard();
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn rows_in_between_say_where_a_target_stands() {
                let (orm, log) = kitchen(&[]);
                orm.session(|session| {
                    let cook = cook(session)?;
                    let album = session.persist(NewAlbum::new("album", &cook))?;
                    for (label, weight) in [("x", 30), ("y", 10), ("z", 20)] {
                        session.persist(NewStand::new(&album, Key::<Tag>::new(label), weight))?;
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let album = session.query::<Album>(books::table).one()?;
                    let album = session.populate(&album, Album::tags())?;
                    let tags = session.related(&album, Album::tags());
                    let order: String = tags.iter().map(|tag| session[tag].label.as_str()).collect();
                    assert_eq!(order, "yzx");
                    session.collection(&album, Album::tags()).reorder([&tags[2]])?;
                    log.skip();
                    session.flush()?;
                    let tags = session.related(&album, Album::tags());
                    let order: String = tags.iter().map(|tag| session[tag].label.as_str()).collect();
                    assert_eq!(order, "xyz");
                    let stands = session.query::<Stand>(book_tags::table.order(book_tags::weight)).all()?;
                    let stored: Vec<_> = stands.iter().map(|stand| session[stand].weight).collect();
                    assert_eq!(stored, [10, 20, 30]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_is_in_twice_is_named_twice() {
                let (orm, _) = kitchen(&[]);
                orm.session(|session| {
                    let cook = cook(session)?;
                    for (place, tag) in [(1, "x"), (2, "y"), (3, "x")] {
                        session.persist(
                            NewStep::new(&cook, place, place.to_string()).tag(Key::<Tag>::new(tag)),
                        )?;
                    }
                    session.flush()?;
                    let [x, y] = ["x", "y"].map(|label| session.find::<Tag>(label).unwrap().unwrap());
                    session.collection(&cook, Cook::tags()).reorder([&x, &x])?;
                    let steps = session.collection(&cook, Cook::steps()).rows()?;
                    assert_eq!(texts(session, &steps), ["1", "3", "2"]);
                    let refused = session.collection(&cook, Cook::tags()).reorder([&y, &y]).map(drop);
                    assert!(
                        matches!(refused, Err(Error::NotInCollection { entity: "Cook", relation: "tags" })),
                        "{refused:?}"
                    );
                    let steps = session.collection(&cook, Cook::steps()).rows()?;
                    assert_eq!(texts(session, &steps), ["1", "3", "2"]);
                    session.flush()
                })
                .unwrap();
                assert_eq!(stored(&orm), listed(&[(1, "1"), (2, "3"), (3, "2")]));
            }

            #[test]
            fn positions_that_run_out_move_nothing() {
                let (orm, _) = kitchen(&[1, i16::MAX]);
                orm.session(|session| {
                    let cook = cook(session)?;
                    let mut steps = session.collection(&cook, Cook::steps());
                    let refused = steps.push_with(|cook, place| NewStep::new(cook, place, "after"));
                    assert!(matches!(refused, Err(Error::PositionExhausted { entity: "Step" })));
                    let steps = steps.rows()?;
                    session.edit(&steps[0])?.place = i16::MAX;
                    let refused = session.collection(&cook, Cook::steps()).reorder([&steps[1]]).map(drop);
                    assert!(matches!(refused, Err(Error::PositionExhausted { entity: "Step" })));
                    // A row of another cook is not in.
                    let other = session.persist(NewCook::new("other"))?;
                    let refused = session.collection(&other, Cook::steps()).reorder(&steps).map(drop);
                    assert!(matches!(refused, Err(Error::NotInCollection { .. })));
                    session.discard();
                    Ok(())
                })
                .unwrap();
                assert_eq!(stored(&orm), listed(&[(1, "s1"), (i16::MAX, &format!("s{}", i16::MAX))]));
            }
        }
    };
}
