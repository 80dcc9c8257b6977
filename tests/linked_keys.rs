//! Keys and unique values that are made of relations: the flush has to know them as well as any other value.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use diesel::prelude::*;
use moored::Error;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! { lists (id) { id -> Integer, name -> Text } }
diesel::table! { entries (list_id, place) { list_id -> Integer, place -> Integer } }
diesel::table! { covers (id) { id -> Integer, list_id -> Integer } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = lists)]
struct List {
    #[entity(key, generated)]
    id: i32,
    name: String,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = entries)]
struct Entry {
    #[entity(key, belongs_to = List)]
    list_id: Key<List>,
    #[entity(key)]
    place: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = covers)]
struct Cover {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = List, unique)]
    list_id: Key<List>,
}

/// One list with the key 1, one entry (1, 1), and one cover.
fn orm() -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    orm.with_connection(|connection| {
        use diesel::connection::SimpleConnection;
        connection.batch_execute(
            "CREATE TABLE lists (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             CREATE TABLE entries (list_id INTEGER NOT NULL REFERENCES lists, place INTEGER NOT NULL,
                PRIMARY KEY (list_id, place));
             CREATE TABLE covers (id INTEGER PRIMARY KEY, list_id INTEGER NOT NULL UNIQUE REFERENCES lists);
             INSERT INTO lists VALUES (1, 'grunge'); INSERT INTO entries VALUES (1, 1);
             INSERT INTO covers VALUES (1, 1);",
        )?;
        Ok::<_, Error>(())
    })
    .unwrap();
    orm
}

#[test]
fn a_removed_row_goes_before_a_draft_whose_key_a_link_makes() {
    orm()
        .session(|session| {
            let list = session.find::<List>(1)?.required()?;
            let old = session.find::<Entry>((1, 1))?.required()?;
            let old = session.remove(old)?;
            let new = session.persist(NewEntry::new(&list, 1))?;
            session.flush()?;
            let new = session.promote(&new)?;
            assert!(!session.same(&old, &new));
            assert_eq!(session.query::<Entry>(entries::table).count()?, 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_draft_whose_key_a_link_makes_is_refused_where_the_key_is_taken() {
    orm()
        .session(|session| {
            let list = session.find::<List>(1)?.required()?;
            session.find::<Entry>((1, 1))?.required()?;
            let refused = session.persist(NewEntry::new(&list, 1));
            assert!(matches!(refused, Err(Error::AlreadyManaged(_))), "{refused:?}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_draft_linked_to_a_row_that_is_removed_afterwards_says_so() {
    orm()
        .session(|session| {
            let list = session.find::<List>(1)?.required()?;
            session.persist(NewEntry::new(&list, 2))?;
            session.remove(list)?;
            let refused = session.flush();
            assert!(matches!(refused, Err(Error::RemovedTarget { relation: "list", .. })), "{refused:?}");
            session.discard();
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_unique_value_is_free_for_others_when_its_row_is_linked_to_a_draft() {
    orm()
        .session(|session| {
            let list = session.find::<List>(1)?.required()?;
            let cover = session.find::<Cover>(1)?.required()?;
            let other = session.persist(NewList::new("other"))?;
            session.link(&cover, Cover::list(), &other)?;
            let new = session.persist(NewCover::new(&list))?;
            session.flush()?;
            let (other, new) = session.promote((&other, &new))?;
            assert_eq!(session[&cover].list_id, session.key(&other));
            assert_eq!(session[&new].list_id, session.key(&list));
            Ok(())
        })
        .unwrap();
}
