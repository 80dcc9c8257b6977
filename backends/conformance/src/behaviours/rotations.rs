//! Rows that take each other's unique values: swaps and rotations, on nullable and on required columns.

#[doc(hidden)]
#[macro_export]
macro_rules! rotations_behaviours {
    ($backend:ty, $harness:ty) => {
        mod rotations {
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

            fn categories<'s>(
                session: &mut Session<'s, B>,
                slugs: &[&str],
            ) -> Result<Vec<Handle<'s, Category, Managed>>> {
                let made: Vec<_> = slugs
                    .iter()
                    .map(|slug| session.persist(NewCategory::new(*slug)))
                    .collect::<Result<_>>()?;
                session.flush()?;
                session.promote(&made)
            }

            #[test]
            fn two_rows_swap_a_nullable_value() {
                let (orm, _) = open();
                orm.session(|session| {
                    let a = session.persist(NewAuthor::new("Arya").email("a"))?;
                    let b = session.persist(NewAuthor::new("Bran").email("b"))?;
                    session.flush()?;
                    let (a, b) = session.promote((&a, &b))?;
                    session.edit(&a)?.email = Some("b".into());
                    session.edit(&b)?.email = Some("a".into());
                    session.flush()?;
                    assert_eq!((session[&a].version, session[&b].version), (2, 2));
                    session.refresh(&a)?;
                    session.refresh(&b)?;
                    assert_eq!((session[&a].email.as_deref(), session[&a].version), (Some("b"), 2));
                    assert_eq!((session[&b].email.as_deref(), session[&b].version), (Some("a"), 2));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn three_rows_rotate_a_composite_value() {
                let (orm, _) = open();
                orm.session(|session| {
                    let rows = [
                        shelved(session, "a", (1, 1))?,
                        shelved(session, "b", (1, 2))?,
                        shelved(session, "c", (1, 3))?,
                    ];
                    for (row, position) in rows.iter().zip([2, 3, 1]) {
                        session.edit(row)?.position = Some(position);
                    }
                    session.flush()?;
                    for (row, position) in rows.iter().zip([2, 3, 1]) {
                        session.refresh(row)?;
                        assert_eq!(session[row].position, Some(position));
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn two_rows_swap_a_required_value() {
                let (orm, _) = open();
                orm.session(|session| {
                    let rows = categories(session, &["a", "b"])?;
                    session.edit(&rows[0])?.slug = "b".into();
                    session.edit(&rows[1])?.slug = "a".into();
                    session.flush()?;
                    for (row, slug) in rows.iter().zip(["b", "a"]) {
                        session.refresh(row)?;
                        assert_eq!(session[row].slug, slug);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn three_rows_rotate_a_required_value() {
                let (orm, _) = open();
                orm.session(|session| {
                    let rows = categories(session, &["a", "b", "c"])?;
                    for (row, slug) in rows.iter().zip(["b", "c", "a"]) {
                        session.edit(row)?.slug = slug.into();
                    }
                    session.flush()?;
                    for (row, slug) in rows.iter().zip(["b", "c", "a"]) {
                        session.refresh(row)?;
                        assert_eq!(session[row].slug, slug);
                    }
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn two_rows_swap_a_required_composite_value_with_a_relation() {
                let (orm, _) = open();
                orm.session(|session| {
                    let team = session.persist(NewTeam::new("Wolves"))?;
                    let (a, b) = (
                        session.persist(NewPlayer::new(&team, 1))?,
                        session.persist(NewPlayer::new(&team, 2))?,
                    );
                    session.flush()?;
                    let (a, b) = session.promote((&a, &b))?;
                    session.edit(&a)?.number = 2;
                    session.edit(&b)?.number = 1;
                    session.flush()?;
                    session.refresh(&a)?;
                    session.refresh(&b)?;
                    assert_eq!((session[&a].number, session[&b].number), (2, 1));
                    Ok(())
                })
                .unwrap();
            }
        }
    };
}
