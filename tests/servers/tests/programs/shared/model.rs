//! What a session should be like: plain data, copied at the start of every frame and put back whole.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) const TEXT: u8 = 1;
pub(crate) const UNIQUE: u8 = 2;
pub(crate) const PARENT: u8 = 4;
pub(crate) const VERSION: u8 = 8;
pub(crate) const ALL: u8 = 15;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Node,
    Leaf,
    Tag,
    Team,
    Player,
    Seat,
}

impl Kind {
    /// What its rows refer to.
    pub(crate) const fn target(self) -> Option<Self> {
        match self {
            Self::Node | Self::Leaf | Self::Seat => Some(Self::Node),
            Self::Team => Some(Self::Player),
            Self::Player => Some(Self::Team),
            Self::Tag => None,
        }
    }

    /// Whether its rows may refer to nothing.
    pub(crate) const fn may_be_alone(self) -> bool {
        matches!(self, Self::Node | Self::Team)
    }

    pub(crate) const fn has_unique(self) -> bool {
        matches!(self, Self::Node | Self::Leaf | Self::Player)
    }

    const fn has_version(self) -> bool {
        matches!(self, Self::Node | Self::Seat)
    }
}

/// A row whatever its entity. `parent` is the row referred to by its number in the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) text: String,
    pub(crate) unique: Option<i32>,
    pub(crate) parent: Option<usize>,
    pub(crate) version: i32,
}

impl Row {
    fn differs(&self, other: &Self) -> u8 {
        let mut columns = 0;
        for (column, same) in [
            (TEXT, self.text == other.text),
            (UNIQUE, self.unique == other.unique),
            (PARENT, self.parent == other.parent),
            (VERSION, self.version == other.version),
        ] {
            if !same {
                columns |= column;
            }
        }
        columns
    }

    pub(crate) fn copy(&mut self, from: &Self, columns: u8) {
        if columns & TEXT != 0 {
            self.text.clone_from(&from.text);
        }
        if columns & UNIQUE != 0 {
            self.unique = from.unique;
        }
        if columns & PARENT != 0 {
            self.parent = from.parent;
        }
        if columns & VERSION != 0 {
            self.version = from.version;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Draft,
    Unwritten,
    Stored,
    /// With the number of frames that were open when it was removed.
    Leaving(usize),
    Withdrawn,
    Deleted,
    Forgotten,
    /// Made in a transaction that ended, and nothing left to reach it by.
    Lost,
}

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    /// The number of the row it stands for.
    pub(crate) row: usize,
    pub(crate) state: State,
    pub(crate) base: Row,
    pub(crate) value: Row,
    /// A relation to a row that is not written yet.
    pub(crate) link: Option<usize>,
    /// Columns written, and columns written or read, since the innermost frame was opened.
    pub(crate) written: u8,
    pub(crate) known: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Transaction,
    Scope,
}

#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) kind: FrameKind,
    pub(crate) start: usize,
    pub(crate) rows: BTreeMap<usize, (Kind, Row)>,
    pub(crate) objects: Vec<Object>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) rows: BTreeMap<usize, (Kind, Row)>,
    pub(crate) objects: Vec<Object>,
    /// The keys of rows, as far as they ever became known.
    pub(crate) keys: BTreeMap<usize, i32>,
    pub(crate) frames: Vec<Frame>,
    next_row: usize,
}

/// One entry of what a flush would do: kind, 0 insert 1 update 2 delete, columns.
pub(crate) type Pending = (Kind, u8, u8);

impl Model {
    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    pub(crate) fn start(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.start)
    }

    pub(crate) fn is_outside(&self, object: usize) -> bool {
        object < self.start()
    }

    /// The number of a row to be.
    pub(crate) fn fresh(&mut self) -> usize {
        self.next_row += 1;
        self.next_row
    }

    pub(crate) fn add(&mut self, kind: Kind, state: State, value: Row, row: usize) -> usize {
        let base = value.clone();
        self.objects.push(Object { kind, row, state, base, value, link: None, written: 0, known: 0 });
        self.objects.len() - 1
    }

    /// What the database knows a row by: two of one identity are the same.
    pub(crate) fn identity(&self, row: usize, kind: Kind, value: &Row) -> (Kind, Option<i32>, Option<usize>) {
        (kind, self.keys.get(&row).copied(), value.parent.filter(|_| kind == Kind::Seat))
    }

    /// The object in memory that stands for a row, `find` giving it or not.
    pub(crate) fn standing_for(&self, row: usize) -> Option<usize> {
        self.objects.iter().position(|o| {
            o.row == row && matches!(o.state, State::Stored | State::Unwritten | State::Leaving(_))
        })
    }

    fn changed(object: &Object) -> u8 {
        object.value.differs(&object.base) | if object.link.is_some() { PARENT } else { 0 }
    }

    fn pending_of(&self, index: usize) -> Option<Pending> {
        let object = &self.objects[index];
        match object.state {
            State::Draft | State::Unwritten if !self.is_outside(index) => Some((object.kind, 0, 0)),
            State::Stored if Self::changed(object) != 0 => Some((object.kind, 1, Self::changed(object))),
            State::Leaving(depth) if depth == self.depth() => Some((object.kind, 2, 0)),
            _ => None,
        }
    }

    pub(crate) fn pending(&self) -> Vec<Pending> {
        let mut pending: Vec<_> = (0..self.objects.len()).filter_map(|i| self.pending_of(i)).collect();
        pending.sort_unstable();
        pending
    }

    /// The database as it would be after a flush; `None` when a constraint would not hold.
    fn flushed(&self) -> Option<BTreeMap<usize, (Kind, Row)>> {
        let mut rows = self.rows.clone();
        for index in 0..self.objects.len() {
            let object = &self.objects[index];
            match self.pending_of(index) {
                Some((_, 2, _)) => {
                    rows.remove(&object.row)?;
                }
                Some((kind, action, columns)) => {
                    let mut row = object.value.clone();
                    row.parent = object.link.or(row.parent);
                    if action == 1 {
                        let mut now = rows.get(&object.row)?.1.clone();
                        now.copy(&row, columns);
                        row = now;
                        if kind.has_version() {
                            row.version += 1;
                        }
                    }
                    rows.insert(object.row, (kind, row));
                }
                None => {}
            }
        }
        let mut seen = BTreeSet::new();
        for (number, (kind, row)) in &rows {
            let unique = match kind {
                Kind::Node => row.unique.map(|code| (*kind, 0, code)),
                Kind::Leaf => row.unique.map(|rank| (*kind, row.parent.unwrap_or(0), rank)),
                Kind::Player => row.unique.map(|number| (*kind, 0, number)),
                Kind::Tag => self.keys.get(number).map(|&code| (*kind, 0, code)),
                Kind::Seat => self.keys.get(number).map(|&place| (*kind, row.parent.unwrap_or(0), place)),
                Kind::Team => None,
            };
            if unique.is_some_and(|value| !seen.insert(value)) {
                return None;
            }
            if row.parent.is_some_and(|parent| !rows.contains_key(&parent)) {
                return None;
            }
        }
        Some(rows)
    }

    pub(crate) fn can_flush(&self) -> bool {
        self.flushed().is_some()
    }

    /// Does the flush. Gives the drafts that became rows.
    pub(crate) fn flush(&mut self) -> bool {
        let Some(rows) = self.flushed() else { return false };
        for index in 0..self.objects.len() {
            if self.objects[index].state == State::Withdrawn && !self.is_outside(index) {
                self.objects[index].base = self.objects[index].value.clone();
            }
            let Some((_, action, columns)) = self.pending_of(index) else { continue };
            let object = &mut self.objects[index];
            if action == 2 {
                object.state = State::Deleted;
                object.base = object.value.clone();
                object.link = None;
                (object.written, object.known) = (ALL, ALL);
                continue;
            }
            object.value.parent = object.link.take().or(object.value.parent);
            let columns = match action {
                0 => ALL,
                _ => columns | VERSION,
            };
            object.value.version = rows[&object.row].1.version;
            object.base = object.value.clone();
            object.state = State::Stored;
            object.written |= columns;
            object.known |= columns;
        }
        self.rows = rows;
        true
    }

    pub(crate) fn discard(&mut self) {
        for index in 0..self.objects.len() {
            let withdrawn = self.objects[index].state == State::Withdrawn && !self.is_outside(index);
            if self.pending_of(index).is_none() && !withdrawn {
                continue;
            }
            let object = &mut self.objects[index];
            object.state = match object.state {
                State::Draft => State::Forgotten,
                State::Unwritten | State::Withdrawn => State::Withdrawn,
                _ => State::Stored,
            };
            if object.state != State::Forgotten {
                object.value = object.base.clone();
                object.link = None;
            }
        }
    }

    pub(crate) fn refresh(&mut self, index: usize) {
        let object = &mut self.objects[index];
        object.value = self.rows[&object.row].1.clone();
        object.base = object.value.clone();
        object.link = None;
        object.known = ALL;
    }
}
