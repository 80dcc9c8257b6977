//! Random programs, run on a session and on the model side by side.

use moored::order::Action;
use moored::prelude::*;
use moored::{Error, FlushAuthority};
use moored_sqlite::Sqlite;
use proptest::prelude::*;

use crate::handles::{Entry, alias_all, each};
use crate::model::{FrameKind, Kind, Model, PARENT, Pending, Row, State, TEXT, UNIQUE};
use crate::schema::{self, Leaf, NewLeaf, NewNode, Node, Tag, leaves, nodes, tags};

/// One step; rows are named by a number that wraps around.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    PersistNode {
        code: Option<i32>,
        parent: Option<usize>,
    },
    PersistLeaf {
        rank: Option<i32>,
        node: usize,
    },
    PersistTag {
        code: i32,
    },
    Text(usize, u8),
    Unique(usize, Option<i32>),
    Link(usize, usize),
    Unlink(usize),
    Remove(usize),
    Restore(usize),
    Find(usize),
    Query,
    Refresh(usize),
    /// With the number of rows after which the database refuses.
    Flush(Option<i32>),
    Discard,
    Transaction(Vec<Op>, bool),
    Scope(Vec<Op>, bool),
}

pub(crate) fn programs() -> impl Strategy<Value = Vec<Op>> {
    let number = 0..24_usize;
    let unique = prop_oneof![2 => Just(None), 3 => (0..4_i32).prop_map(Some)];
    let op = prop_oneof![
        4 => (unique.clone(), proptest::option::of(number.clone()))
            .prop_map(|(code, parent)| Op::PersistNode { code, parent }),
        3 => (unique.clone(), number.clone()).prop_map(|(rank, node)| Op::PersistLeaf { rank, node }),
        2 => (0..3_i32).prop_map(|code| Op::PersistTag { code }),
        5 => (number.clone(), 0..3_u8).prop_map(|(row, text)| Op::Text(row, text)),
        3 => (number.clone(), unique).prop_map(|(row, unique)| Op::Unique(row, unique)),
        3 => (number.clone(), number.clone()).prop_map(|(row, to)| Op::Link(row, to)),
        1 => number.clone().prop_map(Op::Unlink),
        4 => number.clone().prop_map(Op::Remove),
        2 => number.clone().prop_map(Op::Restore),
        2 => number.clone().prop_map(Op::Find),
        1 => Just(Op::Query),
        1 => number.prop_map(Op::Refresh),
        6 => proptest::option::weighted(0.3, 0..6_i32).prop_map(Op::Flush),
        1 => Just(Op::Discard),
    ];
    let nested = op.prop_recursive(3, 48, 8, |op| {
        let ops = proptest::collection::vec(op.clone(), 0..8);
        prop_oneof![
            4 => op,
            1 => (ops.clone(), any::<bool>()).prop_map(|(ops, well)| Op::Transaction(ops, well)),
            1 => (ops, any::<bool>()).prop_map(|(ops, well)| Op::Scope(ops, well)),
        ]
    });
    proptest::collection::vec(nested, 1..24)
}

/// Why a transaction or a scope of a program ends badly.
#[derive(Debug)]
enum Stop {
    Asked,
    Refused(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

pub(crate) fn run<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    ops: &[Op],
) {
    for op in ops {
        step(uow, world, model, op);
        check(uow, world, model, op);
    }
}

fn step<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    op: &Op,
) {
    match op {
        Op::PersistNode { .. } | Op::PersistLeaf { .. } | Op::PersistTag { .. } => {
            persist(uow, world, model, op);
        }
        Op::Text(row, text) => {
            let Some(index) = pick(model, *row) else { return };
            let object = &model.objects[index];
            let name = if *text == 0 { format!("{}", object.row) } else { format!("{}x{text}", object.row) };
            let (draft, expected) = editable(model, index);
            let done = each!(&world[index], h => h.set_text(uow, draft, &name));
            agree(&done, expected, op);
            if expected {
                model.objects[index].value.text = name;
            }
        }
        Op::Unique(row, unique) => {
            let Some(index) = pick(model, *row).filter(|&i| model.objects[i].kind != Kind::Tag) else {
                return;
            };
            let (draft, expected) = editable(model, index);
            let done = each!(&world[index], h => h.set_unique(uow, draft, *unique));
            agree(&done, expected, op);
            if expected {
                model.objects[index].value.unique = *unique;
            }
        }
        Op::Link(row, to) => link(uow, world, model, *row, *to, op),
        Op::Unlink(row) => {
            let Some(index) = pick(model, *row).filter(|&i| model.objects[i].kind == Kind::Node) else {
                return;
            };
            let Entry::Node(h) = &world[index] else { return };
            let (draft, expected) = editable(model, index);
            let done = match draft {
                true => uow.unlink(h.new.as_ref().unwrap(), Node::parent()),
                false => uow.unlink(h.managed.as_ref().unwrap(), Node::parent()),
            };
            agree(&done, expected, op);
            if expected {
                model.objects[index].value.parent = None;
                model.objects[index].link = None;
            }
        }
        Op::Remove(row) => {
            let Some(index) = pick(model, *row) else { return };
            let (draft, expected) = editable(model, index);
            let done = each!(&mut world[index], h => h.remove(uow, draft));
            agree(&done, expected, op);
            if expected {
                let depth = model.depth();
                let object = &mut model.objects[index];
                object.state = match object.state {
                    State::Draft => State::Forgotten,
                    State::Unwritten => State::Withdrawn,
                    _ => State::Leaving(depth),
                };
            }
        }
        Op::Restore(row) => {
            let Some(index) = pick(model, *row) else { return };
            let to = match model.objects[index].state {
                State::Leaving(depth) if depth == model.depth() => Some(State::Stored),
                State::Withdrawn if !model.is_outside(index) => Some(State::Unwritten),
                State::Stored | State::Unwritten => Some(model.objects[index].state),
                _ => None,
            };
            let was = model.objects[index].state;
            let free = to == Some(was) || !taken(model, index);
            let Some(done) = each!(&mut world[index], h => h.restore(uow)) else { return };
            agree(&done, to.is_some() && free, op);
            if let (Some(to), true) = (to, free) {
                model.objects[index].state = to;
            }
        }
        Op::Find(number) => find(uow, world, model, *number),
        Op::Query => {
            let nodes: Vec<_> =
                uow.query::<Node>(nodes::table).all().unwrap().into_iter().map(Entry::node).collect();
            let leaves = uow.query::<Leaf>(leaves::table).all().unwrap().into_iter().map(Entry::leaf);
            let tags = uow.query::<Tag>(tags::table).all().unwrap().into_iter().map(Entry::tag);
            for entry in nodes.into_iter().chain(leaves.collect::<Vec<_>>()).chain(tags.collect::<Vec<_>>()) {
                meet(uow, world, model, entry);
            }
        }
        Op::Refresh(row) => {
            let Some(index) = pick(model, *row).filter(|&i| model.objects[i].state != State::Draft) else {
                return;
            };
            let expected = model.objects[index].state == State::Stored;
            let Some(done) = each!(&world[index], h => h.refresh(uow)) else { return };
            agree(&done, expected, op);
            if expected {
                model.refresh(index);
            }
        }
        Op::Flush(fuse) => {
            schema::set_fuse(uow.connection().unwrap(), fuse.unwrap_or(-1)).unwrap();
            let done = uow.flush();
            match (&done, fuse) {
                (Err(Error::Database { .. }), Some(_)) => {}
                _ => agree(&done, model.can_flush(), op),
            }
            if done.is_ok() {
                model.flush();
                settle(uow, world, model);
            }
            schema::set_fuse(uow.connection().unwrap(), -1).unwrap();
        }
        Op::Discard => {
            uow.discard();
            model.discard();
        }
        Op::Transaction(ops, well) => {
            let start = world.len();
            model.open(FrameKind::Transaction);
            let done: Result<(), Stop> = uow.try_transaction(|tx| {
                let mut inner = alias_all(world);
                run(tx, &mut inner, model, ops);
                if *well { Ok(()) } else { Err(Stop::Asked) }
            });
            if *well && model.flush() {
                assert!(done.is_ok(), "{op:?} ends with {done:?}");
                model.close();
                // What was made inside is in memory still; its handles are not.
                let made: Vec<Kind> = model.objects[start..].iter().map(|object| object.kind).collect();
                world.extend(made.into_iter().map(Entry::nothing));
                settle(uow, world, model);
            } else {
                assert!(done.is_err() && *well == matches!(done, Err(Stop::Refused(_))), "{op:?}: {done:?}");
                model.undo();
            }
        }
        Op::Scope(ops, well) => {
            model.open(FrameKind::Scope);
            let mut unflushed = false;
            let done: Result<(), Stop> = uow.try_scope(|scope| {
                let mut inner = alias_all(world);
                run(scope, &mut inner, model, ops);
                unflushed = !model.pending().is_empty();
                if *well { Ok(()) } else { Err(Stop::Asked) }
            });
            if *well && !unflushed {
                assert!(done.is_ok(), "{op:?} ends with {done:?}");
                model.close();
            } else {
                let refused = matches!(done, Err(Stop::Refused(Error::Unflushed(_))));
                assert!(done.is_err() && *well == refused, "{op:?}: {done:?}");
                model.undo();
            }
        }
    }
}

fn agree<R>(done: &moored::Result<R>, expected: bool, op: &Op) {
    match done {
        Ok(_) => assert!(expected, "{op:?} went through"),
        Err(error) => assert!(!expected, "{op:?} was refused: {error}"),
    }
}

/// An object that a handle of the program reaches.
fn pick(model: &Model, number: usize) -> Option<usize> {
    let reachable: Vec<usize> =
        (0..model.objects.len()).filter(|&i| model.objects[i].state != State::Lost).collect();
    reachable.get(number % reachable.len().max(1)).copied()
}

/// Whether the object is a draft, and whether it can be changed here.
fn editable(model: &Model, index: usize) -> (bool, bool) {
    let inside = !model.is_outside(index);
    match model.objects[index].state {
        State::Draft => (true, inside),
        State::Forgotten => (true, false),
        State::Unwritten => (false, inside),
        State::Stored => (false, true),
        _ => (false, false),
    }
}

/// Whether the key of a tag is another's.
fn taken(model: &Model, index: usize) -> bool {
    let code = model.keys.get(&model.objects[index].row);
    model.objects[index].kind == Kind::Tag
        && model.objects.iter().any(|other| {
            other.kind == Kind::Tag
                && matches!(other.state, State::Stored | State::Unwritten)
                && model.keys.get(&other.row) == code
        })
}

/// What a link to an object comes to: whether it is allowed, and whether the row has its key already.
fn target(model: &Model, index: usize) -> (bool, bool) {
    match model.objects[index].state {
        State::Draft => (!model.is_outside(index), false),
        State::Stored => (true, true),
        _ => (false, false),
    }
}

fn persist<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    op: &Op,
) {
    match op {
        Op::PersistNode { code, parent } => {
            let number = model.fresh();
            let mut draft = NewNode::new(format!("{number}"));
            draft.code = *code;
            let parent = parent.and_then(|parent| pick_kind(model, parent, Kind::Node));
            if let Some(parent) = parent {
                draft.parent = Some(each_node(&world[parent]));
            }
            let done = uow.persist(draft);
            let expected = parent.is_none_or(|parent| target(model, parent).0);
            agree(&done, expected, op);
            if let Ok(handle) = done {
                let parent = parent.map(|parent| model.objects[parent].row);
                let value = Row { text: format!("{number}"), unique: *code, parent, version: 1 };
                model.add(Kind::Node, State::Draft, value, number);
                world.push(Entry::new_node(handle));
            }
        }
        Op::PersistLeaf { rank, node } => {
            let Some(node) = pick_kind(model, *node, Kind::Node) else { return };
            let number = model.fresh();
            let mut draft = NewLeaf::new(format!("{number}"), each_node(&world[node]));
            draft.rank = *rank;
            let done = uow.persist(draft);
            agree(&done, target(model, node).0, op);
            if let Ok(handle) = done {
                let parent = Some(model.objects[node].row);
                let value = Row { text: format!("{number}"), unique: *rank, parent, version: 0 };
                model.add(Kind::Leaf, State::Draft, value, number);
                world.push(Entry::new_leaf(handle));
            }
        }
        Op::PersistTag { code } => {
            let number = model.fresh();
            let done = uow.persist(Tag { code: *code, label: format!("{number}") });
            let value = Row { text: format!("{number}"), unique: None, parent: None, version: 0 };
            let index = model.add(Kind::Tag, State::Lost, value, number);
            model.keys.insert(number, *code);
            let expected = !taken(model, index);
            agree(&done, expected, op);
            if let Ok(handle) = done {
                model.objects[index].state = State::Unwritten;
                world.push(Entry::tag(handle));
            } else {
                model.objects.pop();
            }
        }
        _ => {}
    }
}

fn each_node<'s>(entry: &Entry<'s>) -> Link<'s, Node> {
    let Entry::Node(h) = entry else { unreachable!() };
    match (&h.managed, &h.new) {
        (Some(managed), _) => managed.into(),
        (None, Some(new)) => new.into(),
        _ => unreachable!("a node without a handle"),
    }
}

fn pick_kind(model: &Model, number: usize, kind: Kind) -> Option<usize> {
    let some: Vec<usize> = (0..model.objects.len())
        .filter(|&i| model.objects[i].kind == kind && model.objects[i].state != State::Lost)
        .collect();
    some.get(number % some.len().max(1)).copied()
}

fn link<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    world: &mut [Entry<'s>],
    model: &mut Model,
    row: usize,
    to: usize,
    op: &Op,
) {
    let Some(index) = pick(model, row).filter(|&i| model.objects[i].kind != Kind::Tag) else { return };
    let Some(to) = pick_kind(model, to, Kind::Node) else { return };
    let (draft, editable) = editable(model, index);
    let (allowed, has_key) = target(model, to);
    let end = each_node(&world[to]);
    let done = match (&world[index], draft) {
        (Entry::Node(h), true) => uow.link(h.new.as_ref().unwrap(), Node::parent(), end),
        (Entry::Node(h), false) => uow.link(h.managed.as_ref().unwrap(), Node::parent(), end),
        (Entry::Leaf(h), true) => uow.link(h.new.as_ref().unwrap(), Leaf::node(), end),
        (Entry::Leaf(h), false) => uow.link(h.managed.as_ref().unwrap(), Leaf::node(), end),
        _ => return,
    };
    agree(&done, editable && allowed, op);
    if editable && allowed {
        let target = model.objects[to].row;
        let object = &mut model.objects[index];
        if has_key || draft {
            object.value.parent = Some(target);
            object.link = None;
        } else {
            object.link = Some(target);
        }
    }
}

fn find<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    number: usize,
) {
    let rows: Vec<(usize, Kind)> = model.rows.iter().map(|(&row, (kind, _))| (row, *kind)).collect();
    let Some(&(row, kind)) = rows.get(number % rows.len().max(1)) else { return };
    let key = model.keys[&row];
    let found = match kind {
        Kind::Node => uow.find::<Node>(key).unwrap().map(Entry::node),
        Kind::Leaf => uow.find::<Leaf>(key).unwrap().map(Entry::leaf),
        Kind::Tag => uow.find::<Tag>(key).unwrap().map(Entry::tag),
    };
    let leaving =
        model.standing_for(row).is_some_and(|i| matches!(model.objects[i].state, State::Leaving(_)));
    let replaced = kind == Kind::Tag
        && model.objects.iter().any(|o| {
            o.kind == kind && o.row != row && o.state == State::Unwritten && model.keys[&o.row] == key
        });
    assert_eq!(found.is_none(), leaving && !replaced, "find {kind:?} {key}");
    if let Some(found) = found {
        meet(uow, world, model, found);
    }
}

/// A row that a query gave: the instance that is there, or a new one.
fn meet<'s, A: FlushAuthority>(
    uow: &UnitOfWork<'s, Sqlite, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    entry: Entry<'s>,
) {
    let (kind, key) = (entry.kind(), each!(&entry, h => h.shown(uow).unwrap().0));
    let known = model.objects.iter().position(|o| {
        o.kind == kind
            && matches!(o.state, State::Stored | State::Unwritten)
            && model.keys.get(&o.row) == Some(&key)
    });
    if let Some(index) = known {
        assert!(entry.same(uow, &world[index]), "a second instance of {kind:?} {key}");
        return;
    }
    let row = model.rows.iter().find(|(row, (k, _))| *k == kind && model.keys[*row] == key);
    let (&row, (_, value)) = row.unwrap_or_else(|| panic!("{kind:?} {key} is in no table"));
    let value = value.clone();
    model.add(kind, State::Stored, value, row);
    world.push(entry);
}

/// After a flush: learns keys, and turns the handles of drafts into those of rows.
fn settle<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    world: &mut [Entry<'s>],
    model: &mut Model,
) {
    for (_, key, text, ..) in schema::rows(uow.connection().unwrap()).unwrap() {
        let row = text.split('x').next().unwrap().parse().unwrap();
        model.keys.insert(row, key);
    }
    for (entry, object) in world.iter_mut().zip(&model.objects) {
        if object.state == State::Stored {
            let key = model.keys[&object.row];
            each!(entry, h => h.promote(uow, key));
        }
    }
}

/// Compares the database, the memory, and what a flush would do.
fn check<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    world: &[Entry<'s>],
    model: &Model,
    op: &Op,
) {
    let key = |row: Option<usize>| row.map(|row| model.keys[&row]);
    let mut expected: Vec<schema::Stored> = model
        .rows
        .iter()
        .map(|(number, (kind, row))| {
            let unique = row.unique.filter(|_| *kind != Kind::Tag);
            (*kind as u8, model.keys[number], row.text.clone(), unique, key(row.parent), row.version)
        })
        .collect();
    expected.sort();
    assert_eq!(schema::rows(uow.connection().unwrap()).unwrap(), expected, "the tables after {op:?}");

    assert_eq!(world.len(), model.objects.len());
    for (entry, object) in world.iter().zip(&model.objects) {
        match object.state {
            State::Lost => {}
            State::Draft => {
                let draft = each!(entry, h => h.shown_draft(uow)).unwrap();
                assert_eq!(draft, (object.value.text.clone(), object.value.unique), "a draft after {op:?}");
            }
            State::Forgotten => assert!(each!(entry, h => h.shown_draft(uow)).is_err(), "{op:?}"),
            _ => {
                let (_, text, unique, parent, version) = each!(entry, h => h.shown(uow)).unwrap();
                let value = &object.value;
                assert_eq!(
                    (text, unique, parent, version),
                    (value.text.clone(), value.unique, key(value.parent), value.version),
                    "{object:?} in memory after {op:?}"
                );
            }
        }
    }

    assert_eq!(uow.has_changes(), !model.pending().is_empty(), "what is pending after {op:?}");
    match uow.plan() {
        Ok(plan) => assert_eq!(planned(&plan), model.pending(), "the plan after {op:?}"),
        Err(error) => assert!(!model.can_flush(), "no plan after {op:?}: {error}"),
    }
}

fn planned(plan: &moored::FlushPlan) -> Vec<Pending> {
    let mut pending = Vec::new();
    for step in plan.steps() {
        let kind = match step.entity.name {
            "Node" => Kind::Node,
            "Leaf" => Kind::Leaf,
            _ => Kind::Tag,
        };
        let action = match step.action {
            Action::Insert => 0,
            Action::Update => 1,
            Action::Delete => 2,
            _ => continue,
        };
        let mut columns = 0;
        for (place, column) in [(1, TEXT), (2, UNIQUE), (3, PARENT)] {
            if action == 1 && step.columns.contains(place) {
                columns |= column;
            }
        }
        pending.extend(step.rows.iter().map(|_| (kind, action, columns)));
    }
    pending.sort_unstable();
    pending
}
