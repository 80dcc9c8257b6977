//! Values that leave the process as text, are edited there by anybody, and come back.

#[doc(hidden)]
#[macro_export]
macro_rules! serialized_behaviours {
    ($backend:ty, $harness:ty) => {
        mod serialized {
            use $crate::prelude::*;
            use $crate::serde_json::{self, json};

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            fn author(orm: &Orm<B>, name: &str) -> Detached<Author> {
                let key = samples::author(orm, name);
                orm.session(|session| {
                    let author = session.find::<Author>(key)?.required()?;
                    session.detach(author)
                })
                .unwrap()
            }

            #[test]
            fn edits_of_before_and_of_outside_both_arrive() {
                let (orm, log) = open();
                let key = samples::author(&orm, "Arya");
                let inside = orm
                    .session(|session| {
                        let arya = session.find::<Author>(key)?.required()?;
                        session.edit(&arya)?.name = "Edited inside".into();
                        session.detach(arya)
                    })
                    .unwrap();
                let back = samples::sent(&inside, |json| json["value"]["email"] = json!("outside"));
                assert!(back.edited_columns().eq(["name", "email"]));
                assert_eq!(back.snapshot().name, "Arya");
                log.skip();
                orm.session(|session| {
                    let arya = session.merge(&back)?;
                    session.flush()?;
                    log.expect(["SELECT authors", "UPDATE authors (name, email, version)"]);
                    session.refresh(&arya)?;
                    let arya = &session[&arya];
                    assert_eq!((arya.name.as_str(), arya.email.as_deref()), ("Edited inside", Some("outside")));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_edit_of_a_value_that_left_unedited_is_merged_into_the_row() {
                let (orm, log) = open();
                let arya = samples::author(&orm, "Arya");
                let key = samples::book(&orm, "Needle", arya);
                let book = orm
                    .session(|session| {
                        let book = session.find::<Book>(key)?.required()?;
                        session.detach(book)
                    })
                    .unwrap();
                let back = samples::sent(&book, |json| {
                    assert_eq!((&json["value"]["author_id"], &json["value"]["editor_id"]), (&json!(1), &json!(null)));
                    json["value"]["title"] = json!("Mine");
                });
                samples::execute(&orm, "UPDATE books SET pages = 7");
                log.skip();
                orm.session(|session| {
                    let book = session.merge(&back)?;
                    session.flush()?;
                    log.expect(["SELECT books", "UPDATE books (title)"]);
                    session.refresh(&book)?;
                    assert_eq!((session[&book].title.as_str(), session[&book].pages), ("Mine", 7));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_comes_back_as_it_left_is_not_pending() {
                let (orm, log) = open();
                let back = samples::sent(&author(&orm, "Arya"), |_| {});
                assert_eq!(back.edited_columns().count(), 0);
                log.skip();
                orm.session(|session| {
                    let _ = session.attach(&back)?;
                    assert!(!session.has_changes());
                    session.flush()?;
                    assert!(log.take().is_empty());
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_version_that_is_a_time_survives_the_way() {
                let (orm, _) = open();
                let lease = orm
                    .session(|session| {
                        let lease = session.persist(NewLease::new("me"))?;
                        session.flush()?;
                        let lease = session.promote(&lease)?;
                        session.detach(lease)
                    })
                    .unwrap();
                let back = samples::sent(&lease, |json| json["value"]["holder"] = json!("you"));
                let save = || {
                    orm.session(|session| {
                        let lease = session.merge(&back)?;
                        session.flush()?;
                        Ok(session[&lease].holder.clone())
                    })
                };
                assert_eq!(save().unwrap(), "you");
                assert!(matches!(save(), Err(Error::Stale(row)) if row.entity == "Lease"));
            }

            #[test]
            fn a_version_that_moved_or_a_row_that_went_is_stale_and_never_inserted() {
                let (orm, log) = open();
                let back = samples::sent(&author(&orm, "Arya"), |json| json["value"]["name"] = json!("Mine"));
                for elsewhere in ["UPDATE authors SET name = 'Theirs', version = 2", "DELETE FROM authors"] {
                    samples::execute(&orm, elsewhere);
                    log.skip();
                    orm.session(|session| {
                        let merged = session.merge(&back);
                        assert!(matches!(merged, Err(Error::Stale(row)) if row.entity == "Author"));
                        log.expect(["SELECT authors"]);
                        session.discard();
                        Ok(())
                    })
                    .unwrap();
                    orm.session(|session| {
                        let _ = session.attach(&back)?;
                        assert!(matches!(session.flush(), Err(Error::Stale(row)) if row.entity == "Author"));
                        session.discard();
                        Ok(())
                    })
                    .unwrap();
                    let mine = authors::table.filter(authors::name.eq("Mine"));
                    assert_eq!(orm.read(|session| session.query::<Author>(mine).count()).unwrap(), 0);
                    assert!(!log.take().iter().any(|statement| statement.starts_with("INSERT")));
                }
            }

            #[test]
            fn a_key_that_was_forged_on_one_side_is_refused_before_any_sql() {
                let (orm, log) = open();
                let arya = author(&orm, "Arya");
                samples::author(&orm, "Bran");
                for side in ["value", "snapshot"] {
                    let forged = samples::sent(&arya, |json| {
                        json["value"]["name"] = json!("Forged");
                        json[side]["id"] = json!(2);
                    });
                    log.skip();
                    orm.session(|session| {
                        assert!(matches!(session.merge(&forged), Err(Error::KeyChanged(_))), "{side}");
                        assert!(matches!(session.attach(&forged), Err(Error::KeyChanged(_))), "{side}");
                        assert!(!session.has_changes());
                        assert!(log.take().is_empty());
                        Ok(())
                    })
                    .unwrap();
                }
            }

            #[test]
            fn a_version_or_a_generated_column_that_was_forged_is_refused_before_any_sql() {
                let (orm, log) = open();
                let parcel = orm
                    .session(|session| {
                        let parcel = session.persist(NewParcel::new(2, 3))?;
                        session.flush()?;
                        let parcel = session.promote(&parcel)?;
                        session.detach(parcel)
                    })
                    .unwrap();
                for forged_column in ["area", "version"] {
                    for side in ["value", "snapshot"] {
                        let forged = samples::sent(&parcel, |json| {
                            json["value"]["width"] = json!(4);
                            json[side][forged_column] = json!(7);
                        });
                        log.skip();
                        orm.session(|session| {
                            for refused in [session.merge(&forged), session.attach(&forged)] {
                                let Err(Error::ReadOnlyColumn { row, column }) = refused else {
                                    panic!("{side}: {refused:?}")
                                };
                                assert_eq!((row.entity, column), ("Parcel", forged_column));
                            }
                            assert!(!session.has_changes());
                            assert!(log.take().is_empty());
                            Ok(())
                        })
                        .unwrap();
                    }
                }
            }

            #[test]
            fn what_was_forged_on_both_sides_is_never_written() {
                let (orm, log) = open();
                let arya = author(&orm, "Arya");
                let forged = samples::sent(&arya, |json| {
                    json["value"]["name"] = json!("No One");
                    for side in ["value", "snapshot"] {
                        json[side]["email"] = json!("forged");
                    }
                });
                log.skip();
                orm.session(|session| {
                    let arya = session.merge(&forged)?;
                    assert_eq!(session[&arya].email, None);
                    session.flush()?;
                    log.expect(["SELECT authors", "UPDATE authors (name, version)"]);
                    session.refresh(&arya)?;
                    assert_eq!((session[&arya].name.as_str(), &session[&arya].email), ("No One", &None));
                    Ok(())
                })
                .unwrap();
                let forged = samples::sent(&arya, |json| {
                    for side in ["value", "snapshot"] {
                        json[side]["version"] = json!(i32::MAX);
                    }
                    json["value"]["name"] = json!("Forged");
                });
                orm.session(|session| {
                    assert!(matches!(session.merge(&forged), Err(Error::Stale(_))));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_column_that_was_not_sent_is_left_alone() {
                let (orm, log) = open();
                let key = samples::note(&orm, "mine");
                samples::execute(&orm, "UPDATE notes SET stars = 3");
                let note = orm
                    .session(|session| {
                        let note = session.find::<Note>(key)?.required()?;
                        session.detach(note)
                    })
                    .unwrap();
                let back = samples::sent(&note, |json| {
                    assert_eq!(json["value"], json!({ "id": 1, "text": "mine" }));
                    json["value"]["text"] = json!("edited");
                });
                log.skip();
                orm.session(|session| {
                    let note = session.merge(&back)?;
                    session.flush()?;
                    log.expect(["SELECT notes", "UPDATE notes (text)"]);
                    session.refresh(&note)?;
                    assert_eq!((session[&note].text.as_str(), session[&note].stars), ("edited", 3));
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn a_value_without_its_snapshot_is_none() {
                let (orm, _) = open();
                let mut json = serde_json::to_value(author(&orm, "Arya")).unwrap();
                json.as_object_mut().unwrap().remove("snapshot");
                let error = serde_json::from_value::<Detached<Author>>(json).unwrap_err();
                assert!(error.to_string().contains("snapshot"), "{error}");
            }

            #[test]
            fn a_key_is_serialized_as_its_value() {
                let author = Key::<Author>::new(7);
                let seat = Key::<Seat>::new(("hall", 3));
                let sent = serde_json::to_string(&(author, &seat)).unwrap();
                assert_eq!(sent, r#"[7,["hall",3]]"#);
                let back: (Key<Author>, Key<Seat>) = serde_json::from_str(&sent).unwrap();
                assert_eq!(back, (author, seat));
            }
        }
    };
}
