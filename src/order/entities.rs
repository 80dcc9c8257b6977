//! The entities of a flush and the order that breaks ties between them.

use hashbrown::HashMap;

use super::{Action, Work, WriteId, WriteKind, graph};
use crate::entity::EntityMeta;

impl EntityMeta {
    /// Whether relations lead from this entity to that one, directly or by way of others.
    pub(super) fn depends_on(&self, other: &Self) -> bool {
        let mut seen: Vec<&Self> = Vec::new();
        let mut next = vec![self];
        while let Some(entity) = next.pop() {
            for target in entity.relations.iter().map(|relation| (relation.target)().1) {
                if std::ptr::eq(target, other) {
                    return true;
                }
                if !seen.iter().any(|known| std::ptr::eq(*known, target)) {
                    seen.push(target);
                    next.push(target);
                }
            }
        }
        false
    }
}

/// The entities that a work names, numbered by first appearance. An entity is one `static`, so its address says which
/// it is; addresses never decide an order.
pub(super) struct Entities {
    pub(super) all: Vec<&'static EntityMeta>,
    of: Vec<u32>,
}

impl Entities {
    pub(super) fn new(work: &Work) -> Self {
        let mut all: Vec<&'static EntityMeta> = Vec::new();
        let mut numbers = HashMap::new();
        let mut last: Option<(&'static EntityMeta, u32)> = None;
        let mut of = Vec::with_capacity(work.writes.len());
        for write in &work.writes {
            let number = match last {
                Some((entity, number)) if std::ptr::eq(entity, write.entity) => number,
                _ => *numbers.entry(std::ptr::from_ref(write.entity)).or_insert_with(|| {
                    all.push(write.entity);
                    all.len() as u32 - 1
                }),
            };
            last = Some((write.entity, number));
            of.push(number);
        }
        Self { all, of }
    }

    /// The number of a row's entity.
    #[expect(clippy::indexing_slicing, reason = "every write of the work has been numbered")]
    pub(super) fn of(&self, write: WriteId) -> u32 {
        self.of[write.0 as usize]
    }

    /// The order of entities that no edge orders.
    ///
    /// 1. Inserts: parents before children, then by first registration.
    /// 2. Deletes: children before parents, then by name.
    /// 3. Updates, and rows that are looked at: by name, so that two savers lock tables in the same order.
    #[expect(clippy::indexing_slicing, reason = "entities are numbered from 0 without gaps")]
    pub(super) fn ties(&self, work: &Work) -> Ties {
        let count = self.all.len();
        let mut numbers = HashMap::new();
        for (number, entity) in self.all.iter().enumerate() {
            numbers.insert(std::ptr::from_ref(*entity), number as u32);
        }
        let mut down = Vec::new();
        for (child, entity) in self.all.iter().enumerate() {
            for relation in entity.relations {
                let parent = numbers.get(&std::ptr::from_ref((relation.target)().1));
                down.extend(parent.map(|&parent| (parent, child as u32)));
            }
        }
        let up: Vec<_> = down.iter().map(|&(parent, child)| (child, parent)).collect();

        let mut registered = vec![u32::MAX; count];
        for (id, write) in work.writes.iter().enumerate() {
            let first = &mut registered[self.of[id] as usize];
            if write.kind == WriteKind::Insert {
                *first = (*first).min(id as u32);
            }
        }
        let mut names: Vec<u32> = (0..count as u32).collect();
        names.sort_by_key(|&entity| self.all[entity as usize].name);
        let by_name = positions(&names);
        Ties {
            insert: positions(&graph::condense(count, &down, &registered).concat()),
            delete: positions(&graph::condense(count, &up, &by_name).concat()),
            update: by_name,
        }
    }
}

/// Where an entity stands among the others, for each kind of write.
pub(super) struct Ties {
    insert: Vec<u32>,
    update: Vec<u32>,
    delete: Vec<u32>,
}

impl Ties {
    pub(super) fn rank(&self, action: Action, entity: u32) -> u32 {
        let ranks = match action {
            Action::Insert => &self.insert,
            Action::Delete => &self.delete,
            Action::Release | Action::Park | Action::Update | Action::Complete | Action::Expect => {
                &self.update
            }
        };
        ranks.get(entity as usize).copied().unwrap_or(u32::MAX)
    }
}

/// From an order to the place of each number in it.
#[expect(clippy::indexing_slicing, reason = "`order` is a permutation of its own positions")]
pub(super) fn positions(order: &[u32]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, &item) in order.iter().enumerate() {
        places[item as usize] = place as u32;
    }
    places
}
