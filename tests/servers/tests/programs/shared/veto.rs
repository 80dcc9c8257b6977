//! Subscribers to everything, which make every flush one that announces its rows and can be put back as a whole, and a fuse
//! after which one of them vetoes.

use std::cell::Cell;

use moored::event::{Answer, Events};

use super::schema::{Leaf, Node, Player, Seat, Tag, Team};
use crate::B;

/// What the subscriber says when the fuse has burnt down.
pub(crate) const VETO: &str = "the veto";

thread_local! {
    /// How many rows are still announced before the veto; below zero it is out.
    static LEFT_OVER: Cell<i32> = const { Cell::new(-1) };
}

/// The fuse makes the subscriber refuse that is told of a row after so many others; below zero it is out.
pub(crate) fn set(rows: i32) {
    LEFT_OVER.set(rows);
}

fn answer() -> Answer {
    match LEFT_OVER.get() {
        0 => return Err(VETO.into()),
        left_over => LEFT_OVER.set(left_over - i32::from(left_over > 0)),
    }
    Ok(())
}

/// Subscribes to every event of every entity.
pub(crate) fn listen(events: &mut Events<'_, B>) {
    macro_rules! each {
        ($($entity:ty),+) => {$(
            events.before_create::<$entity>(|_, _| answer());
            events.before_update::<$entity>(|_, _| answer());
            events.before_remove::<$entity>(|_, _| answer());
            events.after_create::<$entity>(|_, _| answer());
            events.after_update::<$entity>(|_, _| answer());
            events.after_remove::<$entity>(|_, _| answer());
        )+};
    }
    each!(Node, Leaf, Tag, Team, Player, Seat);
    events.before_flush(|_| Ok(()));
    events.on_flush(|_, _| Ok(()));
    events.after_flush(|_| answer());
    events.before_commit(|_| Ok(()));
}
