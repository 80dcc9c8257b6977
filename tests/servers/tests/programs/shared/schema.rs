//! Six entities: a tree with a version, one with a composite unique set, one with its own key, two that refer to each other
//! of which one has a required unique value, and one with a composite key that is partly a relation.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};
use moored::Backend;
use moored::prelude::*;

use crate::B;

diesel::table! { nodes (id) { id -> Integer, name -> Text, code -> Nullable<Integer>, parent_id -> Nullable<Integer>, version -> Integer } }
diesel::table! { leaves (id) { id -> Integer, note -> Text, position -> Nullable<Integer>, node_id -> Integer } }
diesel::table! { tags (code) { code -> Integer, label -> Text } }
diesel::table! { teams (id) { id -> Integer, name -> Text, captain_id -> Nullable<Integer> } }
diesel::table! { players (id) { id -> Integer, name -> Text, number -> Integer, team_id -> Integer } }
diesel::table! { seats (node_id, place) { node_id -> Integer, place -> Integer, holder -> Text, version -> Integer } }

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
#[entity(unique(node_id, position))]
pub(crate) struct Leaf {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) note: String,
    pub(crate) position: Option<i32>,
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

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = teams)]
pub(crate) struct Team {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(belongs_to = Player)]
    pub(crate) captain_id: Option<Key<Player>>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = players)]
pub(crate) struct Player {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    #[entity(unique)]
    pub(crate) number: i32,
    #[entity(belongs_to = Team)]
    pub(crate) team_id: Key<Team>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = seats)]
pub(crate) struct Seat {
    #[entity(key, belongs_to = Node)]
    pub(crate) node_id: Key<Node>,
    #[entity(key)]
    pub(crate) place: i32,
    pub(crate) holder: String,
    #[entity(version)]
    pub(crate) version: i32,
}

/// A row as the database has it: kind, key, text, unique value, foreign key, version.
pub(crate) type Stored = (i32, i32, String, Option<i32>, Option<i32>, i32);

#[derive(QueryableByName)]
struct StoredRow {
    #[diesel(sql_type = Integer)]
    kind: i32,
    #[diesel(sql_type = Integer)]
    own: i32,
    #[diesel(sql_type = Text)]
    label: String,
    #[diesel(sql_type = Nullable<Integer>)]
    uniq: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    other: Option<i32>,
    #[diesel(sql_type = Integer)]
    counted: i32,
}

/// Every row of the tables, read past the library in one statement.
pub(crate) fn rows(connection: &mut <B as Backend>::Connection) -> moored::Result<Vec<Stored>> {
    let rows: Vec<StoredRow> = diesel::sql_query(
        "SELECT 0 AS kind, id AS own, name AS label, code AS uniq, parent_id AS other, version AS counted FROM nodes
         UNION ALL SELECT 1, id, note, position, node_id, 0 FROM leaves
         UNION ALL SELECT 2, code, label, NULL, NULL, 0 FROM tags
         UNION ALL SELECT 3, id, name, NULL, captain_id, 0 FROM teams
         UNION ALL SELECT 4, id, name, number, team_id, 0 FROM players
         UNION ALL SELECT 5, place, holder, NULL, node_id, version FROM seats",
    )
    .load(connection)?;
    let mut all: Vec<Stored> = rows
        .into_iter()
        .map(|row| (row.kind, row.own, row.label, row.uniq, row.other, row.counted))
        .collect();
    all.sort();
    Ok(all)
}
