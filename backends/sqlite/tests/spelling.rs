//! Texts that a collation takes for the same: an upsert finds the rows, however they spell it.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::Resolution;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! {
    words (id) { id -> Integer, word -> Text, note -> Text }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = words)]
struct Word {
    #[entity(key, generated)]
    id: i32,
    #[entity(unique)]
    word: String,
    note: String,
}

#[test]
fn upserts_find_rows_that_are_spelled_otherwise() {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    let schema = "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL COLLATE NOCASE UNIQUE, note TEXT NOT NULL);
        INSERT INTO words (word, note) VALUES ('a', 'old'), ('b', 'old')";
    orm.with_connection(|connection| Ok(connection.batch_execute(schema)?)).unwrap();
    orm.session(|session| {
        let known = session.query::<Word>(words::table.filter(words::word.eq("a"))).one()?;
        let drafts =
            [("B", "second"), ("new", "third"), ("A", "first")].map(|(word, note)| NewWord::new(word, note));
        let words = session.upsert_many(drafts).on_conflict(Word::BY_WORD).update(Word::NOTE).execute()?;
        let found: Vec<_> =
            words.iter().map(|word| (session[word].word.as_str(), session[word].note.as_str())).collect();
        assert_eq!(found, [("b", "second"), ("new", "third"), ("a", "first")]);
        assert!(session.same(&words[2], &known));
        let kept =
            session.upsert(NewWord::new("NEW", "not taken")).on_conflict(Word::BY_WORD).keep().execute()?;
        assert!(session.same(&kept, &words[1]));
        assert_eq!(session.query::<Word>(words::table).count()?, 3);
        Ok(())
    })
    .unwrap();
}

diesel::table! {
    tags (name) { name -> Text, note -> Text }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tags)]
struct Tag {
    #[entity(key)]
    name: String,
    note: String,
}

#[test]
fn a_key_that_another_writer_spelled_otherwise_still_finds_its_row() {
    for resolution in [None, Some(Resolution::Theirs), Some(Resolution::Mine), Some(Resolution::Merge)] {
        let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
        let schema = "CREATE TABLE tags (name TEXT PRIMARY KEY COLLATE NOCASE, note TEXT NOT NULL);
            INSERT INTO tags VALUES ('rust', 'old')";
        orm.with_connection(|connection| Ok(connection.batch_execute(schema)?)).unwrap();
        orm.session(|session| {
            let tag = session.find::<Tag>("rust".to_owned())?.unwrap();
            session.connection()?.batch_execute("UPDATE tags SET name = 'Rust'")?;
            match resolution {
                None => session.refresh(&tag)?,
                Some(resolution) => session.resolve(&tag, resolution)?,
            }
            let again = session.find::<Tag>("rust".to_owned())?.unwrap();
            assert!(session.same(&again, &tag), "{resolution:?}");
            session.edit(&tag)?.note = "new".to_owned();
            session.flush()?;
            Ok(())
        })
        .unwrap();
    }
}

diesel::table! {
    tree (name) { name -> Text, inside -> Nullable<Text> }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tree)]
#[entity(has_many(parts: Place, by = inside))]
struct Place {
    #[entity(key)]
    name: String,
    #[entity(belongs_to = Place, name = inside)]
    inside: Option<Key<Place>>,
}

/// A place in another, of which it spells the key otherwise: that a relation would lose it is told when it is loaded.
#[test]
fn a_relation_by_a_key_that_is_spelled_otherwise_is_refused() {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    let schema = "CREATE TABLE tree (
            name TEXT PRIMARY KEY COLLATE NOCASE, inside TEXT COLLATE NOCASE REFERENCES tree
        );
        INSERT INTO tree VALUES ('Earth', NULL), ('Europe', 'Earth'), ('Oslo', 'EUROPE'), ('Grorud', 'Oslo')";
    orm.with_connection(|connection| Ok(connection.batch_execute(schema)?)).unwrap();
    let refused = |row: &str, error: moored::Error| match error {
        moored::Error::KeySpelling { entity: "Place", relation: "inside", row: told } => {
            assert_eq!(told.to_string(), row);
        }
        other => panic!("{other}"),
    };
    orm.session(|session| {
        let [earth, europe, oslo] =
            ["Earth", "Europe", "Oslo"].map(|name| session.find::<Place>(name.to_owned()).unwrap().unwrap());
        refused("Place \"Oslo\"", session.populate(&europe, Place::parts()).unwrap_err());
        refused("Place \"Oslo\"", session.populate(&earth, Place::parts().all_levels()).unwrap_err());
        // Its own relations are read as they are spelled.
        let earth = session.populate(&earth, Place::parts())?;
        assert!(session.same(&session.related(&earth, Place::parts())[0], &europe));
        let oslo = session.populate(&oslo, Place::parts())?;
        assert_eq!(session[&session.related(&oslo, Place::parts())[0]].name, "Grorud");
        Ok(())
    })
    .unwrap();
    orm.session(|session| {
        let oslo = session.find::<Place>("Oslo".to_owned())?.unwrap();
        refused("Place \"Europe\"", session.populate(&oslo, Place::inside()).unwrap_err());
        Ok(())
    })
    .unwrap();
}
