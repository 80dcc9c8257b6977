//! Steps that bring rows in: persisting, linking, finding; and handles after a flush.

use moored::FlushAuthority;
use moored::prelude::*;

use super::entry::Entry;
use super::expect::{agree, editable, pick, taken, target};
use super::handles::Uow;
use super::model::{Kind, Model, Row, State};
use super::op::Op;
use super::schema::{
    self, Leaf, NewLeaf, NewNode, NewPlayer, NewSeat, NewTeam, Node, Player, Seat, Tag, Team,
};

pub(crate) fn persist<'s, A: FlushAuthority>(
    uow: &mut Uow<'s, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    op: &Op,
) {
    let row = model.fresh();
    let text = row.to_string();
    let picked = |number: usize, kind| pick_kind(model, number, kind);
    let (kind, parent, unique) = match *op {
        Op::PersistNode { code, parent } => (Kind::Node, parent.and_then(|p| picked(p, Kind::Node)), code),
        Op::PersistTeam { captain } => (Kind::Team, captain.and_then(|p| picked(p, Kind::Player)), None),
        Op::PersistTag { code } => return persist_tag(uow, world, model, (row, code), op),
        Op::PersistLeaf { rank, node } => match picked(node, Kind::Node) {
            Some(node) => (Kind::Leaf, Some(node), rank),
            None => return,
        },
        Op::PersistPlayer { number, team } => match picked(team, Kind::Team) {
            Some(team) => (Kind::Player, Some(team), Some(number)),
            None => return,
        },
        Op::PersistSeat { node, place } => match picked(node, Kind::Node) {
            Some(node) if !is_occupied(model, model.objects[node].row, place) => {
                model.keys.insert(row, place);
                (Kind::Seat, Some(node), None)
            }
            _ => return,
        },
        _ => return,
    };
    let entry = |at: usize| &world[at];
    let done: moored::Result<Entry<'s>> = match *op {
        Op::PersistNode { code, .. } => {
            let mut draft = NewNode::new(text.clone());
            draft.code = code;
            draft.parent = parent.map(|at| node(entry(at)));
            uow.persist(draft).map(Entry::from)
        }
        Op::PersistLeaf { rank, .. } => {
            let mut draft = NewLeaf::new(text.clone(), node(entry(parent.unwrap())));
            draft.position = rank;
            uow.persist(draft).map(Entry::from)
        }
        Op::PersistTeam { .. } => {
            let mut draft = NewTeam::new(text.clone());
            draft.captain = parent.map(|at| player(entry(at)));
            uow.persist(draft).map(Entry::from)
        }
        Op::PersistPlayer { number, .. } => {
            uow.persist(NewPlayer::new(text.clone(), number, team(entry(parent.unwrap())))).map(Entry::from)
        }
        Op::PersistSeat { place, .. } => {
            uow.persist(NewSeat::new(node(entry(parent.unwrap())), place, text.clone())).map(Entry::from)
        }
        _ => return,
    };
    agree(&done, parent.is_none_or(|parent| target(model, parent).0), op);
    if let Ok(made) = done {
        let parent = parent.map(|parent| model.objects[parent].row);
        let version = i32::from(matches!(kind, Kind::Node | Kind::Seat));
        model.add(kind, State::Draft, Row { text, unique, parent, version }, row);
        world.push(made);
    }
}

fn persist_tag<'s, A: FlushAuthority>(
    uow: &mut Uow<'s, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    (row, code): (usize, i32),
    op: &Op,
) {
    let done = uow.persist(Tag { code, label: row.to_string() });
    let value = Row { text: row.to_string(), unique: None, parent: None, version: 0 };
    let index = model.add(Kind::Tag, State::Lost, value, row);
    model.keys.insert(row, code);
    agree(&done, !taken(model, index), op);
    if let Ok(handle) = done {
        model.objects[index].state = State::Unwritten;
        world.push(handle.into());
    } else {
        model.objects.pop();
    }
}

/// Whether a seat is there, or is to be, and not on its way out: two of one key are one row, which is shown elsewhere.
fn is_occupied(model: &Model, node: usize, place: i32) -> bool {
    let is_it =
        |row: usize, parent: Option<usize>| parent == Some(node) && model.keys.get(&row) == Some(&place);
    let leaves =
        |row: usize| model.objects.iter().any(|o| o.row == row && o.state == State::Leaving(model.depth()));
    let in_memory = model.objects.iter().filter(|o| {
        o.kind == Kind::Seat
            && !matches!(o.state, State::Leaving(_) | State::Deleted | State::Forgotten | State::Lost)
    });
    in_memory.clone().any(|o| is_it(o.row, o.value.parent))
        || model
            .rows
            .iter()
            .any(|(&row, (kind, value))| *kind == Kind::Seat && is_it(row, value.parent) && !leaves(row))
}

fn node<'s>(entry: &Entry<'s>) -> Link<'s, Node> {
    let Entry::Node(h) = entry else { unreachable!() };
    h.link()
}

fn team<'s>(entry: &Entry<'s>) -> Link<'s, Team> {
    let Entry::Team(h) = entry else { unreachable!() };
    h.link()
}

fn player<'s>(entry: &Entry<'s>) -> Link<'s, Player> {
    let Entry::Player(h) = entry else { unreachable!() };
    h.link()
}

/// A row of that kind: half of the time the one that came last, which is the likeliest to have no key yet.
fn pick_kind(model: &Model, number: usize, kind: Kind) -> Option<usize> {
    let some: Vec<usize> = (0..model.objects.len())
        .filter(|&i| model.objects[i].kind == kind && model.objects[i].state != State::Lost)
        .collect();
    if number % 2 == 1 { some.last().copied() } else { some.get(number / 2 % some.len().max(1)).copied() }
}

pub(crate) fn link<'s, A: FlushAuthority>(
    uow: &mut Uow<'s, A>,
    world: &mut [Entry<'s>],
    model: &mut Model,
    row: usize,
    to: usize,
    op: &Op,
) {
    let Some(index) = pick(model, row).filter(|&i| model.objects[i].kind != Kind::Seat) else { return };
    let Some(kind) = model.objects[index].kind.target() else { return };
    let Some(to) = pick_kind(model, to, kind) else { return };
    let (draft, editable) = editable(model, index);
    let (allowed, has_key) = target(model, to);
    let end = &world[to];
    let done = match (&world[index], draft) {
        (Entry::Node(h), true) => uow.link(h.new.as_ref().unwrap(), Node::parent(), node(end)),
        (Entry::Node(h), false) => uow.link(h.managed.as_ref().unwrap(), Node::parent(), node(end)),
        (Entry::Leaf(h), true) => uow.link(h.new.as_ref().unwrap(), Leaf::node(), node(end)),
        (Entry::Leaf(h), false) => uow.link(h.managed.as_ref().unwrap(), Leaf::node(), node(end)),
        (Entry::Team(h), true) => uow.link(h.new.as_ref().unwrap(), Team::captain(), player(end)),
        (Entry::Team(h), false) => uow.link(h.managed.as_ref().unwrap(), Team::captain(), player(end)),
        (Entry::Player(h), true) => uow.link(h.new.as_ref().unwrap(), Player::team(), team(end)),
        (Entry::Player(h), false) => uow.link(h.managed.as_ref().unwrap(), Player::team(), team(end)),
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
    uow: &mut Uow<'s, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    number: usize,
) {
    let rows: Vec<(usize, Kind, Option<usize>)> =
        model.rows.iter().map(|(&row, (kind, value))| (row, *kind, value.parent)).collect();
    let Some(&(row, kind, parent)) = rows.get(number % rows.len().max(1)) else { return };
    let key = model.keys[&row];
    let found = match kind {
        Kind::Node => uow.find::<Node>(key).unwrap().map(Entry::from),
        Kind::Leaf => uow.find::<Leaf>(key).unwrap().map(Entry::from),
        Kind::Tag => uow.find::<Tag>(key).unwrap().map(Entry::from),
        Kind::Team => uow.find::<Team>(key).unwrap().map(Entry::from),
        Kind::Player => uow.find::<Player>(key).unwrap().map(Entry::from),
        Kind::Seat => uow.find::<Seat>((model.keys[&parent.unwrap()], key)).unwrap().map(Entry::from),
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
    uow: &Uow<'s, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    entry: Entry<'s>,
) {
    let kind = entry.kind();
    let (own, _, _, other, _) = each!(&entry, h => h.shown(uow).unwrap());
    let is_it = |row: usize, parent: Option<usize>| {
        model.keys.get(&row) == Some(&own)
            && (kind != Kind::Seat || parent.and_then(|parent| model.keys.get(&parent)).copied() == other)
    };
    let known = model.objects.iter().position(|o| {
        o.kind == kind && matches!(o.state, State::Stored | State::Unwritten) && is_it(o.row, o.value.parent)
    });
    if let Some(index) = known {
        assert!(entry.same(uow, &world[index]), "a second instance of {kind:?} {own}");
        return;
    }
    let row = model.rows.iter().find(|(row, (k, value))| *k == kind && is_it(**row, value.parent));
    let (&row, (_, value)) = row.unwrap_or_else(|| panic!("{kind:?} {own} is in no table"));
    let value = value.clone();
    model.add(kind, State::Stored, value, row);
    world.push(entry);
}

/// After a flush: learns keys, and turns the handles of drafts into those of rows.
pub(crate) fn settle<'s, A: FlushAuthority>(
    uow: &mut Uow<'s, A>,
    world: &mut [Entry<'s>],
    model: &mut Model,
) {
    for (_, key, text, ..) in schema::rows(uow.connection().unwrap()).unwrap() {
        let row = text.split('x').next().unwrap().parse().unwrap();
        model.keys.insert(row, key);
    }
    for (entry, object) in world.iter_mut().zip(&model.objects) {
        if object.state == State::Stored {
            let other = object.value.parent.map(|parent| model.keys[&parent]);
            each!(entry, h => h.promote(uow, model.keys[&object.row], other));
        }
    }
}
