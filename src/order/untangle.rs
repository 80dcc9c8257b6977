//! Finding the cycles among rows, and breaking them.
//!
//! 1. Walk from each row, in the order of the work, back along what it waits for (depth first, no recursion). A row
//!    all of whose predecessors are done is done.
//! 2. A row that is met on its own path closes a cycle. Of the cycle's edges that can be broken, break the one with
//!    the mildest means; among equals the one of the entity that appears first and the relation or unique set declared
//!    first, so that cycles of one shape are broken alike and stay in one batch.
//! 3. The path is cut back to the row that waits no more, and the walk goes on from there.
//! 4. A cycle without such an edge is an error. By the invariant of [`split`](super::split) it would be met whatever
//!    had been broken before.
//!
//! An edge is only broken when it closes a cycle with edges that stand, so no row outside a cycle is split. The walk
//! takes time linear in rows and edges, and in what it cuts off.

use super::cycle::Cycle;
use super::edges::Edge;
use super::entities::Entities;
use super::graph::Lists;
use super::split::{self, Part, Splits};
use super::{Work, WriteId};

/// How many edges of a cycle are compared, and from how many of its rows a shorter one is looked for. Cycles of real
/// schemas are far shorter; in a tangle of thousands of rows it keeps the time linear.
const CHOICES: usize = 64;

/// The splits that leave no cycle.
pub(super) fn untangle(work: &Work, edges: &[Edge]) -> Result<Splits, Cycle> {
    let mut splits = Splits::new();
    if edges.is_empty() {
        return Ok(splits);
    }
    let mut walk = Walk::new(work, edges);
    for row in 0..work.writes.len() as u32 {
        walk.from(row, &mut splits)?;
    }
    Ok(splits)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// On the path, at this depth.
    Path(u32),
    Done,
}

struct Walk<'a> {
    work: &'a Work,
    edges: &'a [Edge],
    entities: Entities,
    /// For each row the edges that it waits by.
    waits: Lists,
    /// For each row the place in `waits` of the first edge that may still hold it up. It only moves on: done rows stay
    /// done and broken edges stay broken.
    next: Vec<usize>,
    state: Vec<State>,
    path: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(work: &'a Work, edges: &'a [Edge]) -> Self {
        let rows = work.writes.len();
        let waits = Lists::new(rows, edges.iter().enumerate().map(|(id, e)| (e.after.0, id as u32)));
        let next = (0..rows as u32).map(|row| waits.range(row).start).collect();
        let entities = Entities::new(work);
        Self { work, edges, entities, waits, next, state: vec![State::Open; rows], path: Vec::new() }
    }

    #[expect(clippy::indexing_slicing, reason = "rows and edges are numbered from 0 without gaps")]
    fn from(&mut self, row: u32, splits: &mut Splits) -> Result<(), Cycle> {
        self.enter(row);
        while let Some(&top) = self.path.last() {
            let Some(edge) = self.held_up(top, splits) else {
                self.state[top as usize] = State::Done;
                self.path.pop();
                continue;
            };
            match self.state[edge.before.0 as usize] {
                State::Path(depth) => self.break_cycle(depth as usize, splits)?,
                State::Open | State::Done => self.enter(edge.before.0),
            }
        }
        Ok(())
    }

    #[expect(clippy::indexing_slicing, reason = "rows are numbered from 0 without gaps")]
    fn enter(&mut self, row: u32) {
        if self.state[row as usize] == State::Open {
            self.state[row as usize] = State::Path(self.path.len() as u32);
            self.path.push(row);
        }
    }

    /// The edge that a row waits by, if any.
    #[expect(clippy::indexing_slicing, reason = "rows and edges are numbered from 0 without gaps")]
    fn held_up(&mut self, row: u32, splits: &Splits) -> Option<Edge> {
        while self.next[row as usize] < self.waits.range(row).end {
            let edge = self.edges[self.waits.at(self.next[row as usize]) as usize];
            let stands = split::ends(self.work, splits, &edge) == (Part::Main, Part::Main);
            if stands && self.state[edge.before.0 as usize] != State::Done {
                return Some(edge);
            }
            self.next[row as usize] += 1;
        }
        None
    }

    /// Breaks the cycle that the path closes from `depth` on.
    #[expect(clippy::indexing_slicing, reason = "a row on the path waits by the edge at its place")]
    fn break_cycle(&mut self, depth: usize, splits: &mut Splits) -> Result<(), Cycle> {
        let edge_of = |row: u32| self.edges[self.waits.at(self.next[row as usize]) as usize];
        // From the end of the path, for what is cut off has to be walked again and `min_by_key` keeps the first.
        let ways = self.path.iter().enumerate().skip(depth).rev().filter_map(|(place, &row)| {
            let edge = edge_of(row);
            split::means(self.work, &edge).map(|way| (place, way, edge.cause))
        });
        let best =
            ways.take(CHOICES).min_by_key(|(_, way, cause)| (way.means, self.entities.of(way.row), *cause));
        let Some((place, way, _)) = best else {
            let found: Vec<Edge> = self.path[depth..].iter().map(|&row| edge_of(row)).collect();
            return Err(Cycle::new(self.work, &self.shortest(found)));
        };
        split::apply(splits, way);
        for row in self.path.drain(place + 1..) {
            self.state[row as usize] = State::Open;
        }
        Ok(())
    }

    /// The shortest cycle of edges that cannot be broken through a row of the one found, each edge's `before` being
    /// the next one's `after`. Breadth first, from at most [`CHOICES`] rows.
    #[expect(clippy::indexing_slicing, reason = "rows and edges are numbered from 0 without gaps")]
    fn shortest(&self, found: Vec<Edge>) -> Vec<Edge> {
        let mut starts: Vec<WriteId> = found.iter().map(|edge| edge.after).collect();
        starts.sort_unstable();
        let mut best = found;
        let mut reached: Vec<Option<Edge>> = vec![None; self.work.writes.len()];
        for start in starts.into_iter().take(CHOICES) {
            reached.fill(None);
            let mut level = vec![start.0];
            let mut depth = 1;
            'search: while depth < best.len() && !level.is_empty() {
                let mut next = Vec::new();
                for row in level {
                    for &id in self.waits.of(row) {
                        let edge = self.edges[id as usize];
                        if split::means(self.work, &edge).is_some() {
                            continue;
                        }
                        if edge.before == start {
                            best = path_to(&reached, start, edge);
                            break 'search;
                        }
                        if reached[edge.before.0 as usize].is_none() {
                            reached[edge.before.0 as usize] = Some(edge);
                            next.push(edge.before.0);
                        }
                    }
                }
                level = next;
                depth += 1;
            }
        }
        best
    }
}

/// The edges from `start` to the one that leads back to it.
#[expect(clippy::indexing_slicing, reason = "rows are numbered from 0 without gaps")]
fn path_to(reached: &[Option<Edge>], start: WriteId, last: Edge) -> Vec<Edge> {
    let mut edges = vec![last];
    let mut row = last.after;
    while row != start
        && let Some(edge) = reached[row.0 as usize]
    {
        edges.push(edge);
        row = edge.after;
    }
    edges.reverse();
    edges
}
