//! What the library has to say of a step.

use super::model::{Kind, Model, Object, State};
use super::op::Op;

pub(crate) fn agree<R>(done: &moored::Result<R>, expected: bool, op: &Op) {
    match done {
        Ok(_) => assert!(expected, "{op:?} went through"),
        Err(error) => assert!(!expected, "{op:?} was refused: {error}"),
    }
}

/// An object that a handle of the program reaches.
pub(crate) fn pick(model: &Model, number: usize) -> Option<usize> {
    let reachable: Vec<usize> =
        (0..model.objects.len()).filter(|&i| model.objects[i].state != State::Lost).collect();
    reachable.get(number % reachable.len().max(1)).copied()
}

/// Whether the object is a draft, and whether it can be changed here.
pub(crate) fn editable(model: &Model, index: usize) -> (bool, bool) {
    let inside = !model.is_outside(index);
    match model.objects[index].state {
        State::Draft => (true, inside),
        State::Forgotten => (true, false),
        State::Unwritten => (false, inside),
        State::Stored => (false, true),
        _ => (false, false),
    }
}

/// Whether the key of a tag or a seat is another's.
pub(crate) fn taken(model: &Model, index: usize) -> bool {
    let key = |o: &Object| model.identity(o.row, o.kind, &o.value);
    let own = &model.objects[index];
    let stands = |o: &&Object| matches!(o.state, State::Stored | State::Unwritten);
    matches!(own.kind, Kind::Tag | Kind::Seat)
        && model.objects.iter().filter(stands).any(|other| key(other) == key(own))
}

/// What a link to an object comes to: whether it is allowed, and whether the row has its key already.
pub(crate) fn target(model: &Model, index: usize) -> (bool, bool) {
    match model.objects[index].state {
        State::Draft => (!model.is_outside(index), false),
        State::Stored => (true, true),
        _ => (false, false),
    }
}
