//! Upserts of an entity that does not declare every unique index of its table.

#[doc(hidden)]
#[macro_export]
macro_rules! upsert_undeclared_behaviours {
    ($backend:ty, $harness:ty) => {
        mod upsert_undeclared {
            use moored::FlushAuthority;
            use moored::backend::{FailureKind, UpsertShape};
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            /// A book, of which the program does not know that its ISBN is unique.
            #[derive(Entity, Queryable, Clone, Debug)]
            #[diesel(table_name = books)]
            #[entity(unique(shelf, position))]
            struct Shelved {
                #[entity(key, generated)]
                id: i32,
                title: String,
                author_id: i32,
                isbn: Option<String>,
                shelf: Option<i32>,
                position: Option<i32>,
            }

            /// Title, ISBN and shelf.
            type Row = (&'static str, &'static str, i32);

            const ROWS: [Row; 2] = [("one", "1", 1), ("two", "2", 2)];

            /// Upserts by shelf, and gives what each row has.
            fn by_shelf<A: FlushAuthority + ?Sized>(
                uow: &mut UnitOfWork<'_, B, A>,
                author: Key<Author>,
                rows: &[Row],
                keeps: bool,
            ) -> Result<Vec<(String, String, i32)>> {
                let drafts = rows.iter().map(|&(title, isbn, shelf)| {
                    NewShelved::new(title, *author.value()).isbn(isbn).shelf(shelf).position(0)
                });
                let on = uow.upsert_many(drafts).on_conflict(Shelved::BY_SHELF_POSITION);
                let handles = if keeps { on.keep() } else { on.update(Shelved::TITLE) }.execute()?;
                Ok(handles.iter().map(|handle| fields(&uow[handle])).collect())
            }

            fn fields(row: &Shelved) -> (String, String, i32) {
                (row.title.clone(), row.isbn.clone().unwrap(), row.shelf.unwrap())
            }

            fn all(orm: &Orm<B>) -> Vec<(String, String, i32)> {
                orm.session(|session| {
                    let all = session.query::<Shelved>(books::table.order(books::id)).all()?;
                    Ok(all.iter().map(|book| fields(&session[book])).collect())
                })
                .unwrap()
            }

            fn owned(rows: &[Row]) -> Vec<(String, String, i32)> {
                rows.iter().map(|&(title, isbn, shelf)| (title.into(), isbn.into(), shelf)).collect()
            }

            fn open() -> (Orm<B>, Key<Author>) {
                let (orm, _) = <H as Harness<B>>::open();
                let author = samples::author(&orm, "Arya");
                orm.session(|session| by_shelf(session, author, &ROWS, false)).unwrap();
                (orm, author)
            }

            fn is_unique<T>(refused: &Result<T>) -> bool {
                let failure = refused.as_ref().err().and_then(|error| error.failure());
                failure.is_some_and(|failure| failure.kind == FailureKind::Unique)
            }

            /// `ON DUPLICATE KEY` takes the row that has the ISBN for the conflict.
            #[test]
            fn a_new_row_with_an_undeclared_unique_value_of_another_is_refused_and_nothing_is_lost() {
                let (orm, author) = open();
                let statements: [&[Row]; 5] = [
                    &[("new", "1", 9)],
                    &[("other", "8", 8), ("new", "1", 9)],
                    &[("two again", "2", 2), ("new", "1", 9)],
                    &[("new", "1", 9), ("two again", "2", 2)],
                    &[("a", "7", 7), ("b", "7", 8)],
                ];
                for (rows, keeps) in statements.into_iter().flat_map(|rows| [(rows, false), (rows, true)]) {
                    orm.session(|session| {
                        let known = session.query::<Shelved>(books::table.order(books::id)).all()?;
                        session.set_flush_mode(FlushMode::Commit);
                        session.edit(&known[0])?.title = "mine".into();
                        let refused = by_shelf(session, author, rows, keeps);
                        assert!(is_unique(&refused), "{rows:?} {keeps} {refused:?}");
                        assert_eq!(session[&known[0]].title, "mine");
                        assert_eq!(fields(&session[&known[1]]), owned(&ROWS)[1]);
                        // What the transaction did before stays.
                        session.transaction(|tx| {
                            tx.edit(&known[0])?.title = "one".into();
                            tx.edit(&known[1])?.title = "kept".into();
                            tx.flush()?;
                            assert!(is_unique(&by_shelf(tx, author, rows, keeps)), "{rows:?} {keeps}");
                            assert_eq!(tx[&known[1]].title, "kept");
                            Ok(())
                        })?;
                        session.edit(&known[1])?.title = "two".into();
                        session.flush()
                    })
                    .unwrap();
                    assert_eq!(all(&orm), owned(&ROWS), "{rows:?} {keeps}");
                }
            }

            /// The row of the conflict target is there: databases that know conflict targets update it. The others refuse, and
            /// do not leave it as it is and say nothing.
            #[test]
            fn a_draft_that_is_two_rows_updates_the_right_one_or_is_refused() {
                let statements: [&[Row]; 3] = [
                    &[("new", "1", 2)],
                    &[("new", "1", 2), ("other", "8", 8)],
                    &[("other", "8", 8), ("new", "1", 2)],
                ];
                for rows in statements {
                    let (orm, author) = open();
                    let done = orm.session(|session| by_shelf(session, author, rows, false));
                    if orm.dialect().upsert == UpsertShape::OnConflict || done.is_ok() {
                        assert!(done.unwrap().contains(&("new".into(), "2".into(), 2)), "{rows:?}");
                        assert_eq!(all(&orm)[..2], owned(&[("one", "1", 1), ("new", "2", 2)]), "{rows:?}");
                    } else {
                        assert!(is_unique(&done), "{rows:?} {done:?}");
                        assert_eq!(all(&orm), owned(&ROWS), "{rows:?}");
                    }
                }
            }

            #[test]
            fn a_row_that_is_kept_is_given_whatever_else_the_draft_met() {
                let statements: [&[Row]; 3] = [
                    &[("new", "1", 2)],
                    &[("new", "1", 2), ("other", "8", 8)],
                    &[("other", "8", 8), ("new", "1", 2)],
                ];
                for rows in statements {
                    let (orm, author) = open();
                    let kept = orm.session(|session| by_shelf(session, author, rows, true)).unwrap();
                    let expected: Vec<Row> =
                        rows.iter().map(|&row| if row.2 == 2 { ROWS[1] } else { row }).collect();
                    assert_eq!(kept, owned(&expected));
                    assert_eq!(all(&orm)[..2], owned(&ROWS), "{rows:?}");
                    assert_eq!(all(&orm).len(), rows.len() + 1);
                }
            }
        }
    };
}
