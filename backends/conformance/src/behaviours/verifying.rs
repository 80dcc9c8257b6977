//! Entities are compared with the tables of the database, and every way of drifting is named.

#[doc(hidden)]
#[macro_export]
macro_rules! verifying_behaviours {
    ($backend:ty, $harness:ty) => {
        mod verifying {
            use moored::schema::Drift;
            use $crate::drifts::{self, Case};
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            const FLAVOUR: Flavour = <H as Harness<B>>::FLAVOUR;

            /// Every entity of the suite that declares all of its table.
            type Faithful = (
                (Author, Book, Category, Tag, BookTag, CoAuthor, Place, Device),
                (Setting, Account, Lease, Note, SmallVersion, LargeVersion, Seat),
                (Measurement, Price, Tick, Parcel, Team, Player, Chicken, Egg),
                (Hall, Stall, Ticket, Pass, Stamp, Plaque, Claim, Step),
                (Archive, Binder),
            );

            /// What is found after drifts, in order.
            fn verified(orm: &Orm<B>, cases: &[Case]) -> Vec<String> {
                let sql = drifts::spelled(FLAVOUR, drifts::DROPS) + &drifts::drifted(FLAVOUR, cases);
                let made = orm.with_connection(|connection| Ok(connection.batch_execute(&sql)?));
                made.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
                let mut found: Vec<String> = match orm.verify::<drifts::Entities>() {
                    Ok(()) => Vec::new(),
                    Err(Error::Schema { differences }) => differences.iter().map(ToString::to_string).collect(),
                    Err(error) => panic!("{error}"),
                };
                found.sort();
                found
            }

            fn empty() -> Orm<B> {
                <H as Harness<B>>::empty().open(|settings| settings).0
            }

            #[test]
            fn a_schema_that_is_as_its_entities_declare_it_is_verified() {
                let (orm, _) = <H as Harness<B>>::open();
                let found: Vec<String> =
                    orm.differences::<Faithful>().unwrap().iter().map(ToString::to_string).collect();
                // A binder does not say that it is in an archive.
                assert_eq!(
                    found,
                    ["Binder: the foreign key (archive_id) of folders leads to archives, as no relation does"]
                );
                orm.verify::<Author>().unwrap();
            }

            #[test]
            fn what_an_entity_leaves_out_of_its_table_is_named() {
                let (orm, _) = <H as Harness<B>>::open();
                let lines = |differences: Vec<moored::schema::Difference>| -> Vec<String> {
                    // The names of indexes are the database's own.
                    let drifts = differences.into_iter().map(|difference| match difference.drift {
                        Drift::UndeclaredUnique { columns, .. } => {
                            format!("{} {}", difference.entity, columns.join(" "))
                        }
                        _ => difference.to_string(),
                    });
                    drifts.collect()
                };
                // A fan has the email of authors, and does not say that it is unique; a writer has none.
                assert_eq!(lines(orm.differences::<(Fan, Writer)>().unwrap()), ["Fan email"]);
                // Neither label nor folder says what it refers to. That counts where both ends are written.
                assert!(orm.differences::<(Label, Sheet)>().unwrap().is_empty());
                assert_eq!(
                    lines(orm.differences::<(Sheet, Folder)>().unwrap()),
                    [
                        "Sheet: the foreign key (folder_id) of sheets leads to folders, as no relation does",
                        "Folder: the foreign key (inside) of folders leads to folders, as no relation does",
                    ]
                );
            }

            #[test]
            fn tables_that_were_made_for_the_entities_are_verified() {
                assert_eq!(verified(&empty(), &[]), [""; 0]);
            }

            #[test]
            fn every_way_of_drifting_is_named() {
                let orm = empty();
                for case in drifts::TOGETHER.iter().chain(drifts::APART).chain([&drifts::partly(FLAVOUR)]) {
                    assert_eq!(verified(&orm, &[*case]), drifts::found(FLAVOUR, &[*case]), "{case:?}");
                }
            }

            #[test]
            fn all_drifts_are_named_at_once() {
                let orm = empty();
                assert_eq!(verified(&orm, drifts::TOGETHER), drifts::found(FLAVOUR, drifts::TOGETHER));
                let error = orm.verify::<drifts::Entities>().unwrap_err().to_string();
                assert!(error.starts_with("the database is not as its entities declare it:\n- Shelf: "), "{error}");
                assert_eq!(error.lines().count(), 1 + drifts::found(FLAVOUR, drifts::TOGETHER).len());
            }

            #[test]
            fn deferral_is_compared_where_the_database_has_it() {
                let orm = empty();
                let has = orm.dialect().deferrable;
                for (case, has) in
                    [(drifts::DEFERRAL, has.foreign_keys), (drifts::UNIQUE_DEFERRAL, has.uniques)]
                {
                    if has {
                        assert_eq!(verified(&orm, &[case]), drifts::found(FLAVOUR, &[case]));
                    } else if case == drifts::DEFERRAL {
                        assert_eq!(verified(&orm, &[case]), [""; 0]);
                    }
                }
            }

            #[test]
            fn a_view_has_columns_and_types_alone() {
                let orm = empty();
                assert_eq!(verified(&orm, &[]), [""; 0]);
                let view = "DROP TABLE `the labels`; CREATE VIEW `the labels` AS \
                     SELECT id AS volume_id, title AS lang, weight AS `label {quote}text{quote}` FROM volumes;";
                let sql = drifts::spelled(FLAVOUR, view);
                orm.with_connection(|connection| Ok(connection.batch_execute(&sql)?)).unwrap();
                let found = orm.differences::<drifts::Label>().unwrap();
                assert!(matches!(found[..], [ref one] if matches!(one.drift, Drift::OtherType { column: "label \"text\"", .. })), "{found:?}");
                let drop = drifts::spelled(FLAVOUR, "DROP VIEW `the labels`");
                orm.with_connection(|connection| Ok(connection.batch_execute(&drop)?)).unwrap();
            }
        }
    };
}
