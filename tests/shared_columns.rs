//! Columns that a relation shares with another, or with what a draft supplies itself: each keeps what the other needs.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use diesel::prelude::*;
use moored::Error;
use moored::entity::UniqueSet;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! {
    nodes (tenant, id) {
        tenant -> Integer,
        id -> Integer,
        to -> Nullable<Integer>,
        left -> Nullable<Integer>,
        right -> Nullable<Integer>,
    }
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = nodes)]
#[entity(belongs_to(Node, name = left_node, columns(to, left)), belongs_to(Node, name = right_node, columns(to, right)))]
struct Node {
    #[entity(key)]
    tenant: i32,
    #[entity(key)]
    id: i32,
    to: Option<i32>,
    left: Option<i32>,
    right: Option<i32>,
}

diesel::table! { rooms (id) { id -> Integer, tenant -> Integer, near -> Nullable<Integer> } }

/// Has a tenant whether it is near to a node of it or not.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = rooms)]
#[entity(belongs_to(Node, name = near_node, columns(tenant, near)))]
struct Room {
    #[entity(key, generated)]
    id: i32,
    tenant: i32,
    near: Option<i32>,
}

diesel::table! { edges (tenant, a, b) { tenant -> Integer, a -> Integer, b -> Integer } }

/// Two relations and nothing else, which share a column.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = edges)]
#[entity(belongs_to(Node, name = from, columns(tenant, a)), belongs_to(Node, name = to, columns(tenant, b)))]
struct Edge {
    #[entity(key)]
    tenant: i32,
    #[entity(key)]
    a: i32,
    #[entity(key)]
    b: i32,
}

diesel::table! { tenants (id) { id -> Integer, name -> Text } }
diesel::table! { rings (tenant_id, id) { tenant_id -> Integer, id -> Integer, next -> Integer } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tenants)]
struct Tenant {
    #[entity(key, generated)]
    id: i32,
    name: String,
}

/// Must refer to a row of its kind and tenant, by a constraint that is looked at when all are there.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = rings)]
#[entity(belongs_to(Ring, name = next_ring, columns(tenant_id, next), deferred))]
struct Ring {
    #[entity(key, belongs_to = Tenant)]
    tenant_id: Key<Tenant>,
    #[entity(key)]
    id: i32,
    next: i32,
}

fn orm() -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    orm.with_connection(|connection| {
        use diesel::connection::SimpleConnection;
        connection.batch_execute(
            "CREATE TABLE nodes (tenant INTEGER NOT NULL, id INTEGER NOT NULL, \"to\" INTEGER, \"left\" INTEGER, \"right\" INTEGER,
                PRIMARY KEY (tenant, id),
                FOREIGN KEY (\"to\", \"left\") REFERENCES nodes (tenant, id),
                FOREIGN KEY (\"to\", \"right\") REFERENCES nodes (tenant, id));
             CREATE TABLE rooms (id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, near INTEGER,
                FOREIGN KEY (tenant, near) REFERENCES nodes (tenant, id));
             CREATE TABLE edges (tenant INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
                PRIMARY KEY (tenant, a, b),
                FOREIGN KEY (tenant, a) REFERENCES nodes (tenant, id),
                FOREIGN KEY (tenant, b) REFERENCES nodes (tenant, id));
             CREATE TABLE tenants (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             CREATE TABLE rings (tenant_id INTEGER NOT NULL REFERENCES tenants, id INTEGER NOT NULL, next INTEGER NOT NULL,
                PRIMARY KEY (tenant_id, id),
                FOREIGN KEY (tenant_id, next) REFERENCES rings DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO nodes VALUES (1, 1, NULL, NULL, NULL), (1, 2, NULL, NULL, NULL), (2, 1, NULL, NULL, NULL);",
        )?;
        Ok::<_, Error>(())
    })
    .unwrap();
    orm
}

fn node(tenant: i32, id: i32) -> Key<Node> {
    Key::new((tenant, id))
}

/// What a node refers to, as the database has it: the tenant, the left and the right.
fn stored(orm: &Orm<Sqlite>, tenant: i32, id: i32) -> (Option<i32>, Option<i32>, Option<i32>) {
    orm.session(|session| {
        let found = session.find::<Node>((tenant, id))?.required()?;
        let Node { to, left, right, .. } = session[&found];
        Ok((to, left, right))
    })
    .unwrap()
}

#[test]
fn a_circle_of_new_rows_has_both_relations_in_the_end() {
    let orm = orm();
    orm.session(|session| {
        // Each of the three refers to both others.
        let [a, b, c] = [3, 4, 5].map(|id| session.persist(NewNode::new(1, id)).unwrap());
        for (from, left, right) in [(&a, &b, &c), (&b, &c, &a), (&c, &a, &b)] {
            session.link(from, Node::left_node(), left)?;
            session.link(from, Node::right_node(), right)?;
        }
        session.flush()?;
        let rows = session.promote((&a, &b, &c))?;
        assert_eq!(session[&rows.0], Node { tenant: 1, id: 3, to: Some(1), left: Some(4), right: Some(5) });
        Ok(())
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 3), (Some(1), Some(4), Some(5)));
    assert_eq!(stored(&orm, 1, 4), (Some(1), Some(5), Some(3)));
    assert_eq!(stored(&orm, 1, 5), (Some(1), Some(3), Some(4)));
}

#[test]
fn a_circle_that_goes_by_one_relation_leaves_the_other_as_it_is() {
    let orm = orm();
    orm.session(|session| {
        let (a, b) = (
            session.persist(NewNode::new(1, 3).right_node(node(1, 1)))?,
            session.persist(NewNode::new(1, 4).right_node(node(1, 2)))?,
        );
        session.link(&a, Node::left_node(), &b)?;
        session.link(&b, Node::left_node(), &a)?;
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 3), (Some(1), Some(4), Some(1)));
    assert_eq!(stored(&orm, 1, 4), (Some(1), Some(3), Some(2)));
}

#[test]
fn stored_rows_are_bound_into_a_circle_with_new_ones() {
    let orm = orm();
    orm.session(|session| {
        let one = session.find::<Node>((1, 1))?.required()?;
        session.link(&one, Node::right_node(), node(1, 2))?;
        let new = session.persist(NewNode::new(1, 3).left_node(&one).right_node(node(1, 2)))?;
        session.link(&one, Node::left_node(), &new)?;
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 1), (Some(1), Some(3), Some(2)));
    assert_eq!(stored(&orm, 1, 3), (Some(1), Some(1), Some(2)));
    orm.session(|session| {
        let (one, new) =
            (session.find::<Node>((1, 1))?.required()?, session.find::<Node>((1, 3))?.required()?);
        let _ = session.remove(one)?;
        let _ = session.remove(new)?;
        session.flush()?;
        assert_eq!(session.query::<Node>(nodes::table).count()?, 2);
        Ok(())
    })
    .unwrap();
}

#[test]
fn one_is_unlinked_and_the_other_stays() {
    let orm = orm();
    orm.session(|session| {
        let new = session.persist(NewNode::new(1, 3).left_node(node(1, 1)).right_node(node(1, 2)))?;
        session.unlink(&new, Node::left_node())?;
        session.flush()?;
        assert_eq!(stored(&orm, 1, 3), (Some(1), None, Some(2)));
        let new = session.promote(&new)?;
        session.unlink(&new, Node::right_node())?;
        session.link(&new, Node::left_node(), node(2, 1))?;
        session.flush()?;
        assert_eq!(stored(&orm, 1, 3), (Some(2), Some(1), None));
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_draft_whose_only_link_is_taken_away_has_null_in_every_column() {
    let orm = orm();
    orm.session(|session| {
        let other = session.persist(NewNode::new(1, 4))?;
        let new = session.persist(NewNode::new(1, 3).left_node(&other))?;
        session.unlink(&new, Node::left_node())?;
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 3), (None, None, None));
}

#[test]
fn a_key_and_a_row_that_disagree_are_refused_and_nothing_of_the_draft_is_lost() {
    let orm = orm();
    orm.session(|session| {
        let other = session.persist(NewNode::new(3, 1))?;
        let new = session.persist(NewNode::new(1, 3).left_node(&other).right_node(node(1, 2)))?;
        for _ in 0..2 {
            let refused = session.flush();
            assert!(
                matches!(refused, Err(Error::LinksDisagree { entity: "Node", relation: "left_node" })),
                "{refused:?}"
            );
        }
        session.link(&new, Node::left_node(), node(1, 1))?;
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 3), (Some(1), Some(1), Some(2)));
}

#[test]
fn a_link_of_a_stored_row_takes_the_shared_column_along() {
    let orm = orm();
    orm.session(|session| {
        let one = session.find::<Node>((1, 1))?.required()?;
        session.link(&one, Node::left_node(), node(1, 2))?;
        session.link(&one, Node::right_node(), node(2, 1))?;
        // The left is one of the other tenant's now, and the database has none of that number.
        assert_eq!(session[&one].to, Some(2));
        assert!(matches!(session.flush(), Err(Error::Database { .. })));
        session.link(&one, Node::left_node(), node(2, 1))?;
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 1), (Some(2), Some(1), Some(1)));
}

#[test]
fn two_rows_that_disagree_are_refused_for_a_stored_row_too() {
    let orm = orm();
    orm.session(|session| {
        let one = session.find::<Node>((1, 1))?.required()?;
        let (here, there) = (session.persist(NewNode::new(1, 3))?, session.persist(NewNode::new(3, 3))?);
        session.link(&one, Node::left_node(), &here)?;
        session.link(&one, Node::right_node(), &there)?;
        let refused = session.flush();
        assert!(
            matches!(refused, Err(Error::LinksDisagree { entity: "Node", relation: "left_node" })),
            "{refused:?}"
        );
        assert_eq!(session[&one].to, None);
        session.unlink(&one, Node::left_node())?;
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 1), (Some(3), None, Some(3)));
}

#[track_caller]
fn disagrees<T: std::fmt::Debug>(result: moored::Result<T>) {
    assert!(
        matches!(result, Err(Error::LinksDisagree { entity: "Room", relation: "near_node" })),
        "{result:?}"
    );
}

#[test]
fn a_link_has_to_agree_with_what_the_draft_supplies_itself() {
    let orm = orm();
    orm.session(|session| {
        let there = session.find::<Node>((2, 1))?.required()?;
        disagrees(session.persist(NewRoom::new(1).near_node(node(2, 1))));
        disagrees(session.persist(NewRoom::new(1).near_node(&there)));
        assert!(!session.has_changes());

        let room = session.persist(NewRoom::new(1).near_node(node(1, 1)))?;
        disagrees(session.link(&room, Room::near_node(), node(2, 1)));
        let second = session.reference::<Node>((1, 2))?;
        session.link(&room, Room::near_node(), &second)?;
        session.flush()?;
        let room = session.promote(&room)?;
        assert_eq!(session[&room], Room { id: 1, tenant: 1, near: Some(2) });

        // Of a row that is not written yet the flush finds out.
        let new = session.persist(NewNode::new(3, 1))?;
        let other = session.persist(NewRoom::new(1))?;
        session.link(&other, Room::near_node(), &new)?;
        disagrees(session.flush());
        session.edit_draft(&other)?.tenant = 3;
        session.flush()?;
        let other = session.promote(&other)?;
        assert_eq!(session[&other], Room { id: 2, tenant: 3, near: Some(1) });

        // A row that is managed goes along, by a key and by a new row.
        session.link(&other, Room::near_node(), &there)?;
        assert_eq!(session[&other].tenant, 2);
        session.flush()?;
        let newer = session.persist(NewNode::new(4, 5))?;
        session.link(&other, Room::near_node(), &newer)?;
        session.flush()?;
        session.refresh(&other)?;
        assert_eq!(session[&other], Room { id: 2, tenant: 4, near: Some(5) });
        session.unlink(&other, Room::near_node())?;
        session.flush()?;
        session.refresh(&other)?;
        assert_eq!(session[&other], Room { id: 2, tenant: 4, near: None });
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_link_row_of_the_same_ends_is_the_same_row() {
    let orm = orm();
    orm.session(|session| {
        let stored = session.find::<Node>((1, 1))?.required()?; // a query flushes, so it goes first
        let (new, newer) = (session.persist(NewNode::new(1, 3))?, session.persist(NewNode::new(1, 4))?);
        for _ in 0..2 {
            session.persist(NewEdge::new(&new, &newer))?;
            session.persist(NewEdge::new(&newer, &new))?;
            session.persist(NewEdge::new(&stored, node(1, 2)))?;
        }
        session.flush()?;
        session.persist(NewEdge::new(node(1, 1), node(1, 2)))?;
        session.flush()?;
        let edges = session.query::<Edge>(edges::table.order(edges::a)).all()?;
        let ends = |edge: &Edge| (edge.tenant, edge.a, edge.b);
        let edges: Vec<_> = edges.iter().map(|edge| ends(&session[edge])).collect();
        assert_eq!(edges, [(1, 1, 2), (1, 3, 4), (1, 4, 3)]);
        Ok(())
    })
    .unwrap();
}

#[test]
fn rows_of_two_tenants_are_not_linked() {
    let orm = orm();
    orm.session(|session| {
        let refused = session.persist(NewEdge::new(node(1, 1), node(2, 1)));
        assert!(
            matches!(refused, Err(Error::LinksDisagree { entity: "Edge", relation: "to" })),
            "{refused:?}"
        );
        let new = session.persist(NewNode::new(3, 1))?;
        let edge = session.persist(NewEdge::new(&new, node(1, 1)))?;
        let refused = session.flush();
        assert!(
            matches!(refused, Err(Error::LinksDisagree { entity: "Edge", relation: "from" })),
            "{refused:?}"
        );
        session.link(&edge, Edge::to(), &new)?;
        session.flush()?;
        let edge = session.promote(&edge)?;
        assert_eq!(session[&edge], Edge { tenant: 3, a: 1, b: 1 });
        Ok(())
    })
    .unwrap();
}

#[test]
fn an_upsert_sets_all_columns_of_its_relations_and_refuses_what_disagrees() {
    let orm = orm();
    orm.session(|session| {
        let one = session.find::<Node>((1, 1))?.required()?;
        let draft = NewNode::new(1, 2).left_node(&one).right_node(node(1, 2));
        let fields = (Node::TO, Node::LEFT, Node::RIGHT);
        let row = session.upsert(draft).on_conflict(UniqueSet::KEY).update(fields).execute()?;
        assert_eq!(session[&row], Node { tenant: 1, id: 2, to: Some(1), left: Some(1), right: Some(2) });
        let draft = NewRoom::new(2).near_node(&one);
        disagrees(session.upsert(draft).on_conflict(UniqueSet::KEY).keep().execute());
        Ok(())
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 2), (Some(1), Some(1), Some(2)));
}

#[test]
fn a_key_and_a_row_that_disagree_are_refused_for_a_stored_row_too() {
    let orm = orm();
    orm.session(|session| {
        let one = session.find::<Node>((1, 1))?.required()?;
        let here = session.persist(NewNode::new(1, 3))?;
        session.link(&one, Node::left_node(), &here)?;
        session.link(&one, Node::right_node(), node(2, 1))?;
        let refused = session.flush();
        assert!(
            matches!(refused, Err(Error::LinksDisagree { entity: "Node", relation: "left_node" })),
            "{refused:?}"
        );
        assert_eq!((session[&one].to, session[&one].right), (Some(2), Some(1)));
        session.link(&one, Node::right_node(), node(1, 2))?;
        session.flush()
    })
    .unwrap();
    assert_eq!(stored(&orm, 1, 1), (Some(1), Some(3), Some(2)));
}

#[test]
fn a_deferred_circle_is_written_at_once_whatever_its_keys_are_made_of() {
    let orm = orm();
    orm.session(|session| {
        let tenant = session.persist(NewTenant::new("one"))?;
        let nowhere = session.reference::<Ring>((0, 0))?;
        let drafts: Vec<_> =
            (1..4).map(|id| session.persist(NewRing::new(&tenant, id, &nowhere)).unwrap()).collect();
        for (at, draft) in drafts.iter().enumerate() {
            session.link(draft, Ring::next_ring(), &drafts[(at + 1) % 3])?;
        }
        let steps: Vec<String> = session.plan()?.steps().iter().map(ToString::to_string).collect();
        assert_eq!(steps, ["INSERT Tenant (name) × 1", "INSERT Ring (tenant_id, id, next) × 3"]);
        session.flush()?;
        let rows = session.promote(&drafts)?;
        let tenant = session.promote(&tenant)?;
        let next: Vec<_> = rows.iter().map(|row| session[row].next).collect();
        assert_eq!(next, [2, 3, 1]);
        assert!(rows.iter().all(|row| session[row].tenant_id == session.key(&tenant)));
        Ok(())
    })
    .unwrap();
}
