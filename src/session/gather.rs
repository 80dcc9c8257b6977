//! What a flush has to do: every pending row, the rows that they refer to, and the unique values that move between them.

use std::any::TypeId;
use std::cell::OnceCell;

use hashbrown::HashMap;

use super::stores::{IdentityMap, StoreId};
use crate::backend::Backend;
use crate::entity::{ColumnSet, UniqueKey};
use crate::error::{Error, Result};
use crate::order::{Reference, Side, UniqueUse, Work, Write, WriteId, WriteKind};

/// Pending rows with what constrains their order.
pub(super) struct Gathered {
    pub(super) work: Work,
    /// Where each write of `work` is.
    pub(super) rows: Vec<(StoreId, u32)>,
}

/// Every pending row, and what constrains the order.
pub(super) fn gather<B: Backend>(map: &IdentityMap<B>, labels: bool) -> Result<Gathered> {
    let dialect = map.dialect();
    let mut work = Work {
        defers_references: dialect.deferrable.foreign_keys,
        defers_uniques: dialect.deferrable.uniques,
        holds_itself: dialect.row_holds_itself,
        ..Work::default()
    };
    let mut rows = Vec::new();
    for id in map.pending() {
        let Some(store) = map.get(id) else { continue };
        for change in store.gather()?.rows {
            let label = labels.then(|| store.label(change.slot));
            work.writes.push(Write {
                entity: store.meta(),
                kind: change.kind,
                columns: change.columns,
                label,
            });
            rows.push((id, change.slot));
        }
    }
    let mut gathered = Gathered { work, rows };
    constrain(map, &mut gathered)?;
    Ok(gathered)
}

fn constrain<B: Backend>(map: &IdentityMap<B>, gathered: &mut Gathered) -> Result<()> {
    let index = Index::new(&gathered.rows);
    let writes = &gathered.work.writes;
    // References by key matter only where a row of a known key comes or goes in this very flush.
    let moves_known_keys = writes.iter().any(|write| {
        write.kind == WriteKind::Delete
            || (write.kind == WriteKind::Insert && !write.entity.key_is_generated())
    });
    let mut values = Values::default();
    for ((write, &(id, slot)), place) in writes.iter().zip(&gathered.rows).zip(0..) {
        let from = WriteId(place);
        let Some(store) = map.get(id).filter(|_| write.kind != WriteKind::Expect) else { continue };
        if write.kind != WriteKind::Delete {
            for link in store.links(slot) {
                let target = target_of(map, link.target, Some(link.slot), write.entity, link.relation)?;
                if let Some(to) = target.and_then(|target| index.get(target)) {
                    let reference = Reference { from, relation: link.relation, to, side: Side::After };
                    gathered.work.references.push(reference);
                }
            }
        }
        if moves_known_keys {
            by_key(map, &index, from, write, store, slot, &mut gathered.work.references)?;
        }
        values.collect(from, write, store, id, slot);
    }
    gathered.work.uniques = values.uses;
    Ok(())
}

/// From a row to its write. Made when it is first asked: rows that refer to nothing cost nothing.
struct Index<'a> {
    rows: &'a [(StoreId, u32)],
    writes: OnceCell<HashMap<(StoreId, u32), WriteId>>,
}

impl<'a> Index<'a> {
    const fn new(rows: &'a [(StoreId, u32)]) -> Self {
        Self { rows, writes: OnceCell::new() }
    }

    fn get(&self, row: (StoreId, u32)) -> Option<WriteId> {
        let numbered = || self.rows.iter().zip(0..).map(|(&row, id)| (row, WriteId(id))).collect();
        self.writes.get_or_init(numbered).get(&row).copied()
    }
}

/// The references of a row to rows that are known by their key.
fn by_key<B: Backend>(
    map: &IdentityMap<B>,
    index: &Index<'_>,
    from: WriteId,
    write: &Write,
    store: &dyn super::store::Store<B>,
    slot: u32,
    references: &mut Vec<Reference>,
) -> Result<()> {
    let everything = ColumnSet::first(write.entity.columns.len());
    let sides: &[(Side, ColumnSet)] = match write.kind {
        WriteKind::Insert => &[(Side::After, write.columns)],
        WriteKind::Update => &[(Side::After, write.columns), (Side::Before, write.columns)],
        WriteKind::Delete => &[(Side::Before, everything)],
        WriteKind::Expect => &[],
    };
    for &(side, columns) in sides {
        let mut refused = Ok(());
        store.visit_references(slot, side, columns, &mut |relation, target, key| {
            let Some(target_id) = map.id_of(target) else { return };
            let target_slot = map.get(target_id).and_then(|store| store.slot_of(key, side));
            let Some(target_slot) = target_slot else { return };
            if side == Side::After
                && let Err(error) = target_of(map, target, Some(target_slot), write.entity, relation)
            {
                refused = Err(error);
                return;
            }
            if let Some(to) = index.get((target_id, target_slot)) {
                references.push(Reference { from, relation, to, side });
            }
        });
        refused?;
    }
    Ok(())
}

/// Where a relation leads, unless that row is on its way out.
fn target_of<B: Backend>(
    map: &IdentityMap<B>,
    target: TypeId,
    slot: Option<u32>,
    entity: &'static crate::entity::EntityMeta,
    relation: usize,
) -> Result<Option<(StoreId, u32)>> {
    let (Some(id), Some(slot)) = (map.id_of(target), slot) else { return Ok(None) };
    match map.get(id) {
        Some(store) if store.is_leaving(slot) => Err(Error::RemovedTarget {
            entity: entity.name,
            relation: entity.relations.get(relation).map_or("", |relation| relation.name),
            target: store.name_of(slot),
        }),
        _ => Ok(Some((id, slot))),
    }
}

/// Unique values that move between rows, each numbered once.
#[derive(Default)]
struct Values {
    numbers: HashMap<(StoreId, Option<usize>, UniqueKey), u32>,
    uses: Vec<UniqueUse>,
}

impl Values {
    fn collect<B: Backend>(
        &mut self,
        row: WriteId,
        write: &Write,
        store: &dyn super::store::Store<B>,
        id: StoreId,
        slot: u32,
    ) {
        // A generated key is nobody's to give up and take again.
        if write.kind != WriteKind::Update && !write.entity.key_is_generated() {
            let side = if write.kind == WriteKind::Insert { Side::After } else { Side::Before };
            self.note(row, id, None, store.key_value(slot), side);
        }
        for (set, unique) in write.entity.uniques.iter().enumerate() {
            if write.kind == WriteKind::Insert {
                self.note(row, id, Some(set), store.unique_value(slot, Side::After, set), Side::After);
                continue;
            }
            let before = store.unique_value(slot, Side::Before, set);
            if write.kind == WriteKind::Delete {
                self.note(row, id, Some(set), before, Side::Before);
                continue;
            }
            if !unique.columns.iter().any(|&column| write.columns.contains(column)) {
                continue;
            }
            let after = store.unique_value(slot, Side::After, set);
            if before != after {
                self.note(row, id, Some(set), before, Side::Before);
                self.note(row, id, Some(set), after, Side::After);
            }
        }
    }

    fn note(
        &mut self,
        write: WriteId,
        id: StoreId,
        set: Option<usize>,
        value: Option<UniqueKey>,
        side: Side,
    ) {
        let Some(value) = value else { return };
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let value = *self.numbers.entry((id, set, value)).or_insert(next);
        self.uses.push(UniqueUse { write, set, value, side });
    }
}
