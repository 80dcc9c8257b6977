//! From rows and edges to steps: rows that are written alike go together wherever the edges allow it.
//!
//! 1. Every part of every row is an operation. Operations of one entity, action, columns and postponed columns form a
//!    class: they could share a step.
//! 2. A class waits for another when an operation of it does. The strongly connected components of classes run in
//!    topological order, ties as [`Ties`](super::entities::Ties) say; every edge between components holds by that.
//! 3. A component of one class without an edge inside is one step. So as long as tables do not refer to each other
//!    in a circle, a flush takes one step per class, the fewest there can be.
//! 4. Inside any other component operations go by rows (Kahn 1962): of the classes with an operation that is free to
//!    go, take one that can be finished now, else the one with the most free; its free operations are a step. A tree
//!    in one table comes out level by level.

use hashbrown::{HashMap, HashSet};

use super::edges::Edge;
use super::entities::{Entities, positions};
use super::graph::{self, Lists};
use super::split::{self, Part, Splits};
use super::{Action, Step, Work, WriteId};
use crate::entity::ColumnSet;

/// The steps; `splits` leave no cycle among the operations.
#[expect(clippy::indexing_slicing, reason = "operations and classes are numbered from 0 without gaps")]
pub(super) fn batch(work: &Work, edges: &[Edge], splits: &Splits) -> Vec<Step> {
    let entities = Entities::new(work);
    let operations = Operations::new(work, edges, splits);
    let classes = Classes::new(work, &entities, &operations);
    let ranks = classes.ranks(work, &entities);

    let mut steps = Vec::with_capacity(classes.all.len());
    let mut members = classes.members();
    let (between, looped) = classes.edges(&operations.edges);
    let mut by_rows = None;
    for component in graph::condense(classes.all.len(), &between, &ranks) {
        match component[..] {
            [class] if !looped[class as usize] => {
                steps.push((class, std::mem::take(&mut members[class as usize])));
            }
            _ => by_rows
                .get_or_insert_with(|| ByRows::new(&operations, &classes))
                .run(&component, &members, &mut steps),
        }
    }
    steps
        .into_iter()
        .map(|(class, operations_of_step)| {
            let Class { entity, action, columns, postponed } = classes.all[class as usize];
            let mut rows: Vec<WriteId> =
                operations_of_step.iter().map(|&operation| operations.row(operation)).collect();
            rows.sort_unstable();
            Step { entity: entities.all[entity as usize], action, columns, postponed, rows }
        })
        .collect()
}

/// The parts of all rows: first the main part of each, then what splits add.
struct Operations {
    rows: u32,
    added: Vec<(WriteId, Part)>,
    edges: Vec<(u32, u32)>,
    splits: Splits,
}

impl Operations {
    fn new(work: &Work, edges: &[Edge], splits: &Splits) -> Self {
        let rows = work.writes.len() as u32;
        let mut added = Vec::new();
        let mut places = HashMap::new();
        let mut within = Vec::new();
        for (&row, split) in splits {
            let parts = [
                (Part::Release, split.released),
                (Part::Park, split.parked),
                (Part::Complete, split.postponed),
            ];
            for (part, columns) in parts {
                if columns.is_empty() {
                    continue;
                }
                let operation = rows + added.len() as u32;
                added.push((row, part));
                places.insert((row, part), operation);
                within.push(if part == Part::Complete { (row.0, operation) } else { (operation, row.0) });
            }
        }
        let place = |row: WriteId, part: Part| match part {
            Part::Main => row.0,
            _ => places.get(&(row, part)).copied().unwrap_or(row.0),
        };
        let edges = edges
            .iter()
            .map(|edge| {
                let (before, after) = split::ends(work, splits, edge);
                (place(edge.before, before), place(edge.after, after))
            })
            .chain(within)
            .collect();
        Self { rows, added, edges, splits: splits.clone() }
    }

    fn count(&self) -> usize {
        self.rows as usize + self.added.len()
    }

    fn part(&self, operation: u32) -> (WriteId, Part) {
        let added = operation.checked_sub(self.rows).and_then(|place| self.added.get(place as usize));
        added.copied().unwrap_or((WriteId(operation), Part::Main))
    }

    fn row(&self, operation: u32) -> WriteId {
        self.part(operation).0
    }
}

/// What operations of one step have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Class {
    entity: u32,
    action: Action,
    columns: ColumnSet,
    postponed: ColumnSet,
}

/// The classes by first appearance, and the class of each operation.
struct Classes {
    all: Vec<Class>,
    of: Vec<u32>,
}

impl Classes {
    fn new(work: &Work, entities: &Entities, operations: &Operations) -> Self {
        let mut all = Vec::new();
        let mut numbers = HashMap::new();
        let mut last: Option<(Class, u32)> = None;
        let mut of = Vec::with_capacity(operations.count());
        for operation in 0..operations.count() as u32 {
            let (row, part) = operations.part(operation);
            let split = operations.splits.get(&row).copied().unwrap_or_default();
            let (columns, postponed) = match part {
                Part::Release => (split.released, split.released),
                Part::Park => (split.parked, ColumnSet::EMPTY),
                Part::Main => (work.write(row).columns, split.postponed),
                Part::Complete => (split.postponed, ColumnSet::EMPTY),
            };
            let action = Action::of(work, row, part);
            let class = Class { entity: entities.of(row), action, columns, postponed };
            let number = match last {
                Some((known, number)) if known == class => number,
                _ => *numbers.entry(class).or_insert_with(|| {
                    all.push(class);
                    all.len() as u32 - 1
                }),
            };
            last = Some((class, number));
            of.push(number);
        }
        Self { all, of }
    }

    /// The order of classes that no edge orders: by action, then entity, then first row.
    ///
    /// Updates go before inserts where an entity of which rows are inserted has a relation to one of which rows are updated.
    /// The INSERT can take a shared lock on the row that it refers to; two flushes that both have one and then ask for the
    /// exclusive lock of the UPDATE are a deadlock. All updates do, so that any two flushes update entities in one order.
    #[expect(clippy::indexing_slicing, reason = "classes are numbered from 0 without gaps")]
    fn ranks(&self, work: &Work, entities: &Entities) -> Vec<u32> {
        let ties = entities.ties(work);
        let of_action = |action| self.all.iter().filter(move |class| class.action == action);
        let meta = |class: &Class| entities.all[class.entity as usize];
        let updates_first = of_action(Action::Insert).any(|inserted| {
            let mut targets = meta(inserted).relations.iter().map(|relation| (relation.target)().1);
            targets.any(|target| of_action(Action::Update).any(|updated| std::ptr::eq(meta(updated), target)))
        });
        let mut order: Vec<u32> = (0..self.all.len() as u32).collect();
        order.sort_by_key(|&class| {
            let Class { entity, action, .. } = self.all[class as usize];
            let phase = if updates_first && action == Action::Update { Action::Insert } else { action };
            (phase, phase == action, ties.rank(action, entity), class)
        });
        positions(&order)
    }

    /// The operations of each class.
    fn members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.all.len()];
        for (operation, &class) in self.of.iter().enumerate() {
            if let Some(operations) = members.get_mut(class as usize) {
                operations.push(operation as u32);
            }
        }
        members
    }

    /// The edges between classes, each once, and whether a class has an edge inside.
    #[expect(clippy::indexing_slicing, reason = "operations and classes are numbered from 0 without gaps")]
    fn edges(&self, edges: &[(u32, u32)]) -> (Vec<(u32, u32)>, Vec<bool>) {
        let mut between = Vec::new();
        let mut looped = vec![false; self.all.len()];
        let mut known = HashSet::new();
        for &(before, after) in edges {
            let pair = (self.of[before as usize], self.of[after as usize]);
            if pair.0 == pair.1 {
                looped[pair.0 as usize] = true;
            } else if between.last() != Some(&pair) && known.insert(pair) {
                between.push(pair);
            }
        }
        (between, looped)
    }
}

/// Rule 4, for components that rule 3 does not cover.
struct ByRows<'a> {
    classes: &'a Classes,
    later: Lists,
    /// For each operation how many others of its component it waits for.
    waits: Vec<u32>,
    /// For each class its place in the component that is being run.
    place: Vec<Option<usize>>,
}

impl<'a> ByRows<'a> {
    fn new(operations: &Operations, classes: &'a Classes) -> Self {
        let count = operations.count();
        let later = Lists::new(count, operations.edges.iter().copied());
        Self { classes, later, waits: vec![0; count], place: vec![None; classes.all.len()] }
    }

    /// Adds the steps of a component whose classes come by rank.
    #[expect(clippy::indexing_slicing, reason = "operations and classes are numbered from 0 without gaps")]
    fn run(&mut self, component: &[u32], members: &[Vec<u32>], steps: &mut Vec<(u32, Vec<u32>)>) {
        for (place, &class) in component.iter().enumerate() {
            self.place[class as usize] = Some(place);
        }
        for &class in component {
            for &operation in &members[class as usize] {
                for &after in self.later.of(operation) {
                    if self.place_of(after).is_some() {
                        self.waits[after as usize] += 1;
                    }
                }
            }
        }
        let mut left: Vec<usize> = component.iter().map(|&class| members[class as usize].len()).collect();
        let is_free = |operation: &u32| self.waits[*operation as usize] == 0;
        let mut free: Vec<Vec<u32>> = component
            .iter()
            .map(|&class| members[class as usize].iter().copied().filter(is_free).collect())
            .collect();
        while let Some(place) = choose(&free, &left) {
            let batch = std::mem::take(&mut free[place]);
            left[place] -= batch.len();
            for &operation in &batch {
                for &after in self.later.of(operation) {
                    let Some(place) = self.place_of(after) else { continue };
                    self.waits[after as usize] -= 1;
                    if self.waits[after as usize] == 0 {
                        free[place].push(after);
                    }
                }
            }
            steps.push((component[place], batch));
        }
        for &class in component {
            self.place[class as usize] = None;
        }
    }

    /// The place of an operation's class in the component that is being run.
    #[expect(clippy::indexing_slicing, reason = "operations and classes are numbered from 0 without gaps")]
    fn place_of(&self, operation: u32) -> Option<usize> {
        self.place[self.classes.of[operation as usize] as usize]
    }
}

/// The class to go on with: one that can be finished, else one with the most operations free; the first of equals.
fn choose(free: &[Vec<u32>], left: &[usize]) -> Option<usize> {
    let ready = free.iter().zip(left).enumerate().filter(|(_, (free, _))| !free.is_empty());
    ready
        .max_by_key(|&(place, (free, &left))| (free.len() == left, free.len(), std::cmp::Reverse(place)))
        .map(|(place, _)| place)
}
