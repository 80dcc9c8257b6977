//! Rows that refer to each other in a circle, or to themselves.

#[doc(hidden)]
#[macro_export]
macro_rules! circles_behaviours {
    ($backend:ty, $harness:ty) => {
        mod circles {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            #[test]
            fn a_circle_that_a_null_breaks_goes_in_and_out() {
                let (orm, log) = open();
                orm.session(|session| {
                    let team = session.persist(NewTeam::new("Wolves"))?;
                    let captain = session.persist(NewPlayer::new(&team, 7))?;
                    session.link(&team, Team::captain(), &captain)?;
                    session.flush()?;
                    log.expect(["B", "INSERT teams", "INSERT players", "UPDATE teams (captain_id)", "C"]);
                    let (team, captain) = session.promote((&team, &captain))?;
                    assert_eq!(session[&team].captain_id, Some(session.key(&captain)));
                    assert_eq!(session[&captain].team_id, session.key(&team));
                    session.refresh(&team)?;
                    assert_eq!(session[&team].captain_id, Some(session.key(&captain)));
                    log.skip();
                    let _ = session.remove(team)?;
                    let _ = session.remove(captain)?;
                    session.flush()?;
                    log.expect(["B", "UPDATE teams (captain_id)", "DELETE players", "DELETE teams", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn many_circles_are_broken_in_one_batch() {
                let (orm, log) = open();
                orm.session(|session| {
                    for number in 0..4 {
                        let team = session.persist(NewTeam::new("Wolves"))?;
                        let captain = session.persist(NewPlayer::new(&team, number))?;
                        session.link(&team, Team::captain(), &captain)?;
                    }
                    session.flush()?;
                    let mut expected = samples::inserts(&orm, "teams", 4, 2);
                    expected.extend(samples::inserts(&orm, "players", 4, 2));
                    expected.extend(samples::updates(&orm, "UPDATE teams (captain_id)", 4));
                    log.expect(samples::in_transaction(expected));
                    let teams = session.query::<Team>(teams::table).all()?;
                    for team in teams {
                        let captain =
                            session.find::<Player>(session[&team].captain_id.unwrap())?.required()?;
                        assert_eq!(session[&captain].team_id, session.key(&team));
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_circle_that_nothing_breaks_is_refused_before_any_statement() {
                let (orm, log) = open();
                orm.session(|session| {
                    let other = session.persist(NewAuthor::new("Arya"))?;
                    let _ = session.persist(NewBook::new("Needle", &other))?;
                    let first = session.persist(NewEgg::new(Key::<Chicken>::new(1)))?;
                    let hen = session.persist(NewChicken::new(&first))?;
                    session.link(&first, Egg::chicken(), &hen)?;
                    let Err(Error::Cycle(cycle)) = session.flush() else {
                        panic!("a flush of what cannot be written")
                    };
                    assert!(log.take().is_empty());
                    let mut names: Vec<_> = cycle.path.iter().map(|link| link.entity.name).collect();
                    names.sort_unstable();
                    assert_eq!(names, ["Chicken", "Egg"]);
                    let message = cycle.to_string();
                    assert!(message.contains("Egg") && message.contains("Chicken"), "{message}");
                    assert!(!message.contains("Author") && !message.contains("Book"), "{message}");
                    assert!(matches!(session.plan(), Err(Error::Cycle(_))));
                    // Both are drafts still.
                    let _ = session.draft(&first)?;
                    let _ = session.draft(&hen)?;
                    session.remove(hen)?;
                    session.remove(first)?;
                    session.flush()?;
                    log.expect(["B", "INSERT authors", "INSERT books", "C"]);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_row_that_refers_to_itself_is_inserted_and_then_fixed() {
                let (orm, log) = open();
                orm.session(|session| {
                    let own = session.persist(NewCategory::new("self"))?;
                    session.link(&own, Category::parent(), &own)?;
                    session.flush()?;
                    log.expect(["B", "INSERT categories", "UPDATE categories (parent_id)", "C"]);
                    let own = session.promote(&own)?;
                    assert_eq!(session[&own].parent_id, Some(session.key(&own)));
                    session.refresh(&own)?;
                    assert_eq!(session[&own].parent_id, Some(session.key(&own)));
                    let _ = session.remove(own)?;
                    session.flush()?;
                    assert_eq!(session.query::<Category>(categories::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn stored_rows_can_be_bound_into_a_circle_and_released_from_it() {
                let (orm, _) = open();
                orm.session(|session| {
                    let (a, b) =
                        (session.persist(NewCategory::new("a"))?, session.persist(NewCategory::new("b"))?);
                    session.flush()?;
                    let (a, b) = session.promote((&a, &b))?;
                    session.link(&a, Category::parent(), &b)?;
                    session.link(&b, Category::parent(), &a)?;
                    session.flush()?;
                    session.refresh(&a)?;
                    assert_eq!(session[&a].parent_id, Some(session.key(&b)));
                    session.unlink(&a, Category::parent())?;
                    session.flush()?;
                    let _ = session.remove(b)?;
                    session.flush()?;
                    session.refresh(&a)?;
                    assert_eq!(session[&a].parent_id, None);
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
