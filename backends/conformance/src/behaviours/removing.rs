//! What becomes of the rows that refer to one which is removed, where its entity says so.

#[doc(hidden)]
#[macro_export]
macro_rules! removing_behaviours {
    ($backend:ty, $harness:ty) => {
        mod removing {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            fn open() -> (Orm<B>, Statements) {
                <H as Harness<B>>::open()
            }

            /// A writer with `works` works of `labels` labels each, who edited one of another writer.
            fn library(works: usize, labels: usize) -> (Orm<B>, Statements) {
                let (orm, log) = open();
                orm.session(|session| {
                    let [ada, other] =
                        ["ada", "other"].map(|name| session.persist(NewWriter::new(name)).unwrap());
                    session.persist(NewWork::new("edited", &other).editor(&ada))?;
                    for label in 0..labels {
                        session.persist(Tag { label: format!("l{label}"), color: "red".into() })?;
                    }
                    for work in 0..works {
                        let work = session.persist(NewWork::new(format!("w{work}"), &ada))?;
                        for label in 0..labels {
                            session.persist(NewLabel::new(&work, format!("l{label}"), 1))?;
                        }
                    }
                    session.flush()
                })
                .unwrap();
                (orm, log)
            }

            fn ada<'s>(session: &mut Session<'s, B>) -> Result<Handle<'s, Writer, Managed>> {
                session.query::<Writer>(authors::table.filter(authors::name.eq("ada"))).one()
            }

            /// How many writers, works and labels there are in the database.
            fn counts(orm: &Orm<B>) -> (u64, u64, u64) {
                orm.read(|session| {
                    Ok((
                        session.query::<Writer>(authors::table).count()?,
                        session.query::<Work>(books::table).count()?,
                        session.query::<Label>(book_tags::table).count()?,
                    ))
                })
                .unwrap()
            }

            #[test]
            fn rows_go_with_the_one_that_they_refer_to() {
                let (orm, log) = library(3, 2);
                assert_eq!(counts(&orm), (2, 4, 6));
                orm.session(|session| {
                    let ada = ada(session)?;
                    log.skip();
                    let _ = session.remove(ada)?;
                    // The works, what she edited, and the labels of the works, however many.
                    log.expect(["SELECT books", "SELECT books", "SELECT book_tags"]);
                    session.flush()?;
                    let mut sent = log.take();
                    sent.retain(|sent| sent.starts_with("DELETE") || sent.starts_with("UPDATE"));
                    sent.dedup();
                    sent.sort_unstable();
                    assert_eq!(
                        sent,
                        ["DELETE authors", "DELETE book_tags", "DELETE books", "UPDATE books (editor_id)"]
                    );
                    Ok(())
                })
                .unwrap();
                assert_eq!(counts(&orm), (1, 1, 0));
            }

            #[test]
            fn a_restored_row_brings_back_what_went_with_it() {
                let (orm, log) = library(2, 2);
                orm.session(|session| {
                    let ada = ada(session)?;
                    let ada = session.populate(&ada, Writer::works().then(Work::labels()))?;
                    let edited =
                        session.query::<Work>(books::table.filter(books::title.eq("edited"))).one()?;
                    let works = session.related(&ada, Writer::works());
                    session.edit(&works[0])?.title = "edited before".into();
                    let draft = session.persist(NewWork::new("draft", &ada))?;
                    let removed = session.remove(ada.alias().into_handle())?;
                    assert!(session.related(&ada, Writer::works()).is_empty());
                    assert!(matches!(session.edit(&works[0]), Err(Error::Removed(_))));
                    assert!(matches!(session.draft(&draft), Err(Error::Forgotten { .. })));
                    assert_eq!(session[&edited].editor_id, None);
                    let restored = session.restore(removed)?;
                    assert_eq!(session.related(&ada, Writer::works()).len(), 2);
                    assert_eq!(session[&edited].editor_id, Some(session.key(&restored)));
                    assert_eq!(session.draft(&draft)?.title, "draft");
                    log.skip();
                    session.flush()?;
                    let mut sent = log.take();
                    sent.retain(|sent| {
                        sent.starts_with("DELETE") || sent.starts_with("UPDATE") || sent.starts_with("INSERT")
                    });
                    assert_eq!(sent.len(), 2, "{sent:?}");
                    Ok(())
                })
                .unwrap();
                assert_eq!(counts(&orm), (2, 4, 4));
            }

            #[test]
            fn a_row_removed_by_its_key_takes_them_along_too() {
                let (orm, _) = library(2, 1);
                orm.session(|session| {
                    let key = ada(session)?;
                    let key = session[&key].id;
                    session.scope(|scope| {
                        let reference = scope.reference::<Writer>(key)?;
                        scope.remove(reference)?;
                        scope.flush()
                    })
                })
                .unwrap();
                assert_eq!(counts(&orm), (1, 1, 0));
            }

            #[test]
            fn a_tree_goes_as_a_whole_and_a_circle_once() {
                let (orm, _) = open();
                orm.session(|session| {
                    let root = session.persist(NewNode::new("root"))?;
                    let child = session.persist(NewNode::new("child").parent(&root))?;
                    for leaf in ["a", "b"] {
                        session.persist(NewNode::new(leaf).parent(&child))?;
                    }
                    session.persist(NewNode::new("another"))?;
                    session.flush()?;
                    let child = session.promote(&child)?;
                    // The root below its own child: a circle.
                    session.link(&root, Node::parent(), &child).unwrap_err();
                    let root = session.promote(&root)?;
                    session.link(&root, Node::parent(), &child)?;
                    session.flush()?;
                    let _ = session.remove(root)?;
                    session.flush()?;
                    assert_eq!(session.query::<Node>(categories::table).count()?, 1);
                    Ok(())
                })
                .unwrap();
            }

            /// As deep as no stack is.
            #[test]
            fn a_tree_as_deep_as_it_may_be_goes_as_a_whole() {
                const DEPTH: i32 = 3_000;
                let (orm, _) = open();
                let rows = (1..=DEPTH).map(|id| match id {
                    1 => "(1, 's1', NULL)".into(),
                    _ => format!("({id}, 's{id}', {})", id - 1),
                });
                let rows = rows.collect::<Vec<String>>().join(", ");
                samples::execute(
                    &orm,
                    &format!("INSERT INTO categories (id, slug, parent_id) VALUES {rows}"),
                );
                orm.session(|session| {
                    let root = session.find::<Node>(1)?.required()?;
                    let root = session.remove(root)?;
                    let root = session.restore(root)?;
                    assert!(!session.has_changes());
                    let _ = session.remove(root)?;
                    session.flush()?;
                    assert_eq!(session.query::<Node>(categories::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn an_orphan_takes_along_what_refers_to_it() {
                let (orm, _) = library(2, 2);
                orm.session(|session| {
                    let ada = ada(session)?;
                    let works = session.collection(&ada, Writer::works()).rows()?;
                    session.collection(&ada, Writer::works()).remove(&works[0])?;
                    session.flush()
                })
                .unwrap();
                assert_eq!(counts(&orm), (2, 2, 2));
            }

            #[test]
            fn a_draft_takes_along_the_drafts_that_refer_to_it() {
                let (orm, _) = library(1, 1);
                orm.session(|session| {
                    let edited =
                        session.query::<Work>(books::table.filter(books::title.eq("edited"))).one()?;
                    let writer = session.persist(NewWriter::new("withdrawn"))?;
                    let work = session.persist(NewWork::new("of nobody", &writer))?;
                    let label = session.persist(NewLabel::new(&work, "l0", 1))?;
                    session.link(&edited, Work::editor(), &writer)?;
                    session.remove(writer)?;
                    assert!(matches!(session.draft(&work), Err(Error::Forgotten { .. })));
                    assert!(matches!(session.draft(&label), Err(Error::Forgotten { .. })));
                    assert_eq!(session[&edited].editor_id, None);
                    session.flush()
                })
                .unwrap();
                assert_eq!(counts(&orm), (2, 2, 1));
            }

            #[test]
            fn what_the_database_deletes_is_gone_from_memory_without_a_select() {
                let (orm, log) = open();
                orm.session(|session| {
                    session.persist(Archive { id: 1 })?;
                    session.persist(Binder { id: 1, archive_id: 1, version: 1 })?;
                    session.persist(Page { id: 1, folder_id: Key::new(1) })?;
                    session.persist(Page { id: 2, folder_id: Key::new(1) })?;
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let binder = session.find::<Binder>(1)?.required()?;
                    let page = session.find::<Page>(1)?.required()?;
                    log.skip();
                    let _ = session.remove(binder)?;
                    log.expect::<&str>([]);
                    assert!(matches!(session.edit(&page), Err(Error::Removed(_))));
                    session.flush()?;
                    assert_eq!(session.query::<Page>(sheets::table).count()?, 0);
                    Ok(())
                })
                .unwrap();
            }

            #[test]
            fn what_a_transaction_removed_is_back_with_its_rollback() {
                let (orm, _) = library(2, 1);
                orm.session(|session| {
                    let ada = ada(session)?;
                    let ada = session.populate(&ada, Writer::works())?;
                    let undone = session.transaction(|tx| {
                        let _ = tx.remove(ada.alias().into_handle())?;
                        tx.flush()?;
                        Err::<(), _>(Error::NotFound { entity: "Writer" })
                    });
                    assert!(undone.is_err());
                    assert_eq!(session.related(&ada, Writer::works()).len(), 2);
                    let _ = session.remove(ada.into_handle())?;
                    session.flush()
                })
                .unwrap();
                assert_eq!(counts(&orm), (1, 1, 0));
            }

            #[test]
            fn what_was_removed_outside_is_not_restored_inside() {
                let (orm, _) = library(2, 1);
                orm.session(|session| {
                    let ada = ada(session)?;
                    let removed = session.remove(ada.alias())?;
                    let again = session.remove(ada);
                    assert!(matches!(again, Err(Error::Removed(_))), "{again:?}");
                    let restored = session.transaction(|tx| {
                        let refused = tx.restore(removed);
                        assert!(matches!(refused, Err(Error::PendingOutside { .. })), "{refused:?}");
                        Err::<(), _>(Error::NotFound { entity: "Writer" })
                    });
                    assert!(matches!(restored, Err(Error::NotFound { .. })));
                    session.flush()
                })
                .unwrap();
                assert_eq!(counts(&orm), (1, 1, 0));
            }

            #[test]
            fn a_removal_that_is_refused_leaves_everything_as_it_is() {
                let (orm, _) = library(2, 1);
                orm.session(|session| {
                    let ada = ada(session)?;
                    let ada = session.populate(&ada, Writer::works())?;
                    // It waits outside, and cannot be given up inside.
                    session.persist(NewWork::new("outside", &ada))?;
                    session.transaction(|tx| {
                        let refused = tx.remove(ada.alias().into_handle());
                        assert!(matches!(refused, Err(Error::PendingOutside { .. })), "{refused:?}");
                        assert_eq!(tx.related(&ada, Writer::works()).len(), 2);
                        assert!(!tx.has_changes());
                        Ok(())
                    })?;
                    session.discard();
                    Ok(())
                })
                .unwrap();
                assert_eq!(counts(&orm), (2, 3, 2));
            }
        }
    };
}
