//! Three entities: a row that refers to itself and has a version, one with a composite unique set, one with its own key.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! { nodes (id) { id -> Integer, name -> Text, code -> Nullable<Integer>, parent_id -> Nullable<Integer>, version -> Integer } }
diesel::table! { leaves (id) { id -> Integer, note -> Text, rank -> Nullable<Integer>, node_id -> Integer } }
diesel::table! { tags (code) { code -> Integer, label -> Text } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = nodes)]
pub(crate) struct Node {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(unique)]
    pub(crate) code: Option<i32>,
    #[entity(belongs_to = Node)]
    pub(crate) parent_id: Option<Key<Node>>,
    #[entity(version)]
    pub(crate) version: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = leaves)]
#[entity(unique(node_id, rank))]
pub(crate) struct Leaf {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) note: String,
    pub(crate) rank: Option<i32>,
    #[entity(belongs_to = Node)]
    pub(crate) node_id: Key<Node>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tags)]
pub(crate) struct Tag {
    #[entity(key)]
    pub(crate) code: i32,
    pub(crate) label: String,
}

/// A row as the database has it: kind, key, text, unique value, foreign key, version.
pub(crate) type Stored = (u8, i32, String, Option<i32>, Option<i32>, i32);

/// The fuse makes the statement fail that touches the row after so many others; below zero it is out.
pub(crate) fn create(connection: &mut SqliteConnection) -> moored::Result<()> {
    connection.batch_execute(
        "CREATE TABLE fuse (rows INTEGER NOT NULL); INSERT INTO fuse VALUES (-1);
         CREATE TABLE nodes (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, code INTEGER UNIQUE,
            parent_id INTEGER REFERENCES nodes, version INTEGER NOT NULL);
         CREATE TABLE leaves (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT NOT NULL, rank INTEGER,
            node_id INTEGER NOT NULL REFERENCES nodes, UNIQUE (node_id, rank));
         CREATE TABLE tags (code INTEGER PRIMARY KEY, label TEXT NOT NULL);",
    )?;
    for table in ["nodes", "leaves", "tags"] {
        for event in ["INSERT", "UPDATE", "DELETE"] {
            connection.batch_execute(&format!(
                "CREATE TRIGGER {event}_{table} BEFORE {event} ON {table} BEGIN
                    SELECT CASE WHEN (SELECT rows FROM fuse) = 0 THEN RAISE(ABORT, 'the fuse') END;
                    UPDATE fuse SET rows = rows - 1 WHERE rows > 0;
                 END;"
            ))?;
        }
    }
    Ok(())
}

pub(crate) fn set_fuse(connection: &mut SqliteConnection, rows: i32) -> moored::Result<()> {
    connection.batch_execute(&format!("UPDATE fuse SET rows = {rows}"))?;
    Ok(())
}

/// Every row of the three tables, read past the library.
pub(crate) fn rows(connection: &mut SqliteConnection) -> moored::Result<Vec<Stored>> {
    let mut all = Vec::new();
    for (id, name, code, parent, version) in
        nodes::table.load::<(i32, String, Option<i32>, Option<i32>, i32)>(connection)?
    {
        all.push((0, id, name, code, parent, version));
    }
    for (id, note, rank, node) in leaves::table.load::<(i32, String, Option<i32>, i32)>(connection)? {
        all.push((1, id, note, rank, Some(node), 0));
    }
    for (code, label) in tags::table.load::<(i32, String)>(connection)? {
        all.push((2, code, label, None, None, 0));
    }
    all.sort();
    Ok(all)
}

pub(crate) fn orm() -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::builder(":memory:").flush_mode(FlushMode::Commit).build().unwrap();
    orm.with_connection(create).unwrap();
    orm
}
