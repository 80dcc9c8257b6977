//! Steps that bring rows in: persisting, linking, finding; and handles after a flush.

use moored::FlushAuthority;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::expect::{agree, editable, pick, taken, target};
use crate::handles::{Entry, each};
use crate::model::{Kind, Model, Row, State};
use crate::op::Op;
use crate::schema::{self, Leaf, NewLeaf, NewNode, Node, Tag};

pub(crate) fn persist<'s, A: FlushAuthority>(
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

pub(crate) fn link<'s, A: FlushAuthority>(
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

pub(crate) fn find<'s, A: FlushAuthority>(
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
pub(crate) fn meet<'s, A: FlushAuthority>(
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
pub(crate) fn settle<'s, A: FlushAuthority>(
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
