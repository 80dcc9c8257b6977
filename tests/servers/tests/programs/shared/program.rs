//! Runs a program on a session and on the model side by side.

use moored::prelude::*;
use moored::{Error, FlushAuthority};

use super::compare::check;
use super::ddl;
use super::entry::{Entry, alias_all};
use super::expect::{agree, editable, pick, taken};
use super::handles::NO_NUMBER;
use super::model::{FrameKind, Kind, Model, State};
use super::op::Op;
use super::rows::{find, link, meet, persist, settle};
use super::schema::{Leaf, Node, Player, Seat, Tag, Team, leaves, nodes, players, seats, tags, teams};
use super::veto;
use crate::B;

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
    uow: &mut UnitOfWork<'s, B, A>,
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
    uow: &mut UnitOfWork<'s, B, A>,
    world: &mut Vec<Entry<'s>>,
    model: &mut Model,
    op: &Op,
) {
    match op {
        Op::PersistNode { .. }
        | Op::PersistLeaf { .. }
        | Op::PersistTag { .. }
        | Op::PersistTeam { .. }
        | Op::PersistPlayer { .. }
        | Op::PersistSeat { .. } => persist(uow, world, model, op),
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
            let Some(index) = pick(model, *row).filter(|&i| model.objects[i].kind.has_unique()) else {
                return;
            };
            let (draft, expected) = editable(model, index);
            let done = each!(&world[index], h => h.set_unique(uow, draft, *unique));
            agree(&done, expected, op);
            if expected {
                let object = &mut model.objects[index];
                let required = (object.kind == Kind::Player).then_some(NO_NUMBER);
                object.value.unique = unique.or(required);
            }
        }
        Op::Link(row, to) => link(uow, world, model, *row, *to, op),
        Op::Unlink(row) => {
            let Some(index) = pick(model, *row).filter(|&i| model.objects[i].kind.may_be_alone()) else {
                return;
            };
            let (draft, expected) = editable(model, index);
            let done = match (&world[index], draft) {
                (Entry::Node(h), true) => uow.unlink(h.new.as_ref().unwrap(), Node::parent()),
                (Entry::Node(h), false) => uow.unlink(h.managed.as_ref().unwrap(), Node::parent()),
                (Entry::Team(h), true) => uow.unlink(h.new.as_ref().unwrap(), Team::captain()),
                (Entry::Team(h), false) => uow.unlink(h.managed.as_ref().unwrap(), Team::captain()),
                _ => return,
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
            let mut met: Vec<Entry<'s>> = Vec::new();
            met.extend(uow.query::<Node>(nodes::table).all().unwrap().into_iter().map(Entry::from));
            met.extend(uow.query::<Leaf>(leaves::table).all().unwrap().into_iter().map(Entry::from));
            met.extend(uow.query::<Tag>(tags::table).all().unwrap().into_iter().map(Entry::from));
            met.extend(uow.query::<Team>(teams::table).all().unwrap().into_iter().map(Entry::from));
            met.extend(uow.query::<Player>(players::table).all().unwrap().into_iter().map(Entry::from));
            met.extend(uow.query::<Seat>(seats::table).all().unwrap().into_iter().map(Entry::from));
            for entry in met {
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
            // An even one is the database's, and an odd one a subscriber's, if there are any.
            let (refused, vetoed) = match fuse {
                Some(rows) if rows % 2 == 0 => (rows / 2, -1),
                Some(rows) => (-1, rows / 2),
                None => (-1, -1),
            };
            ddl::set_fuse(uow.connection().unwrap(), refused).unwrap();
            veto::set(vetoed);
            let done = uow.flush();
            match (&done, fuse) {
                (Err(Error::Database { source, .. }), Some(_)) if source.to_string().contains(ddl::FUSE) => {}
                (Err(Error::Vetoed { source }), Some(_)) if source.to_string() == veto::VETO => {}
                _ => agree(&done, model.can_flush(), op),
            }
            if done.is_ok() {
                model.flush();
                settle(uow, world, model);
            }
            ddl::set_fuse(uow.connection().unwrap(), -1).unwrap();
            veto::set(-1);
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
