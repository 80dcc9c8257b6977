//! The flush: gather what changed, order it, execute the plan, and accept or abandon it as a whole.
//!
//! 1. `gather`: every entity's pending rows, see `change`.
//! 2. `constrain`: which of them refer to each other, and which unique values move between them.
//! 3. `order::plan`: the steps.
//! 4. `learn`: what the database says of the keys that it will make, once a session.
//! 5. `execute`: the statements, in one transaction or savepoint where more than one thing can go wrong.
//! 6. accept: memory says what the database says; or abandon: memory is what it was.

use std::any::TypeId;

use hashbrown::HashMap;

use super::core::Core;
use super::preview::FlushPlan;
use super::store::Batch;
use super::stores::{IdentityMap, StoreId};
use crate::backend::Backend;
use crate::entity::{ColumnSet, UniqueKey};
use crate::error::{Error, Result};
use crate::order::{self, Action, Plan, Reference, Side, Step, UniqueUse, Work, Write, WriteId, WriteKind};

/// Pending rows with what constrains their order.
struct Gathered {
    work: Work,
    /// Where each write of `work` is.
    rows: Vec<(StoreId, u32)>,
}

/// What a flush puts around its statements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// A transaction, or a savepoint inside one.
    Transaction,
    /// Nothing: a single statement is undone as a whole by the database, or what follows undoes everything.
    Nothing,
}

impl<B: Backend> Core<B> {
    /// What the next flush would do.
    pub(crate) fn plan(&self) -> Result<FlushPlan> {
        let Gathered { work, .. } = gather(&self.map, true)?;
        let plan = order::plan(&work).map_err(|cycle| Error::Cycle(Box::new(cycle)))?;
        Ok(FlushPlan { plan, work })
    }

    /// Writes what is pending. Nothing pending: no SQL at all.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.flush_within(None)
    }

    /// Writes what is pending where a failure is followed by a rollback of everything.
    pub(crate) fn flush_before_commit(&mut self) -> Result<()> {
        self.flush_within(Some(Around::Nothing))
    }

    fn flush_within(&mut self, around: Option<Around>) -> Result<()> {
        if !self.map.has_pending() {
            return Ok(());
        }
        let gathered = gather(&self.map, false)?;
        let plan = order::plan(&gathered.work).map_err(|cycle| Error::Cycle(Box::new(cycle)))?;
        if !plan.steps().is_empty() {
            self.learn(&plan, &gathered.rows)?;
            let around = around.unwrap_or_else(|| self.around(&plan, &gathered.rows));
            Attempt::begin(self, around)?.execute(&plan, &gathered.rows)?;
        }
        self.map.iter_mut().filter(|store| store.has_pending()).for_each(|store| store.accept());
        Ok(())
    }

    /// Finds out what the number of statements depends on.
    fn learn(&mut self, plan: &Plan, rows: &[(StoreId, u32)]) -> Result<()> {
        let source = self.source();
        self.run(|connection, map| {
            for step in plan.steps().iter().filter(|step| step.action == Action::Insert) {
                let Some(&(store, _)) = step.rows.first().and_then(|row| rows.get(row.0 as usize)) else {
                    continue;
                };
                if let Some(store) = map.get_mut(store) {
                    store.learn_keys(&source, connection)?;
                }
            }
            Ok(())
        })
    }

    fn around(&self, plan: &Plan, rows: &[(StoreId, u32)]) -> Around {
        let mut statements = 0;
        let mut is_checked = false;
        for step in plan.steps() {
            let Some((store, slots)) = locate(step, rows) else { continue };
            let Some(store) = self.map.get(store) else { continue };
            let cost = store.cost(&batch(step, &slots));
            statements += cost.statements;
            is_checked |= cost.is_checked;
        }
        let doomed_by_failure = self.in_transaction() && B::dialect().failure_aborts_transaction;
        if statements > 1 || is_checked || doomed_by_failure { Around::Transaction } else { Around::Nothing }
    }
}

/// A flush under way: unless it goes through, database and memory are put back, after a panic too.
struct Attempt<'a, B: Backend> {
    core: &'a mut Core<B>,
    around: Around,
    open: bool,
}

impl<'a, B: Backend> Attempt<'a, B> {
    fn begin(core: &'a mut Core<B>, around: Around) -> Result<Self> {
        if around == Around::Transaction {
            core.begin()?;
        }
        Ok(Self { core, around, open: true })
    }

    fn execute(mut self, plan: &Plan, rows: &[(StoreId, u32)]) -> Result<()> {
        self.core.run(|connection, map| {
            plan.steps().iter().try_for_each(|step| execute(map, connection, step, rows))
        })?;
        if self.around == Around::Transaction {
            // Refused or not, the transaction is over.
            self.around = Around::Nothing;
            self.core.commit()?;
        }
        self.open = false;
        Ok(())
    }
}

impl<B: Backend> Drop for Attempt<'_, B> {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        if self.around == Around::Transaction {
            self.core.rollback();
        }
        self.core.map.iter_mut().for_each(|store| store.abandon());
    }
}

fn batch<'a>(step: &Step, slots: &'a [u32]) -> Batch<'a> {
    Batch { action: step.action, columns: step.columns, postponed: step.postponed, slots }
}

/// The store and the slots of a step; a step is of one entity.
fn locate(step: &Step, rows: &[(StoreId, u32)]) -> Option<(StoreId, Vec<u32>)> {
    let mut located = step.rows.iter().filter_map(|row| rows.get(row.0 as usize));
    let &(store, first) = located.next()?;
    let mut slots = Vec::with_capacity(step.rows.len());
    slots.push(first);
    slots.extend(located.map(|&(_, slot)| slot));
    Some((store, slots))
}

fn execute<B: Backend>(
    map: &mut IdentityMap<B>,
    connection: &mut B::Connection,
    step: &Step,
    rows: &[(StoreId, u32)],
) -> Result<()> {
    let Some((store, slots)) = locate(step, rows) else { return Ok(()) };
    if step.action != Action::Delete {
        for &slot in &slots {
            resolve_links(map, store, slot, step)?;
        }
    }
    match map.get_mut(store) {
        Some(store) => store.execute(connection, &batch(step, &slots)),
        None => Ok(()),
    }
}

/// Gives a row the keys of the rows that it is linked to, as far as this step writes them.
fn resolve_links<B: Backend>(map: &mut IdentityMap<B>, id: StoreId, slot: u32, step: &Step) -> Result<()> {
    let Some(store) = map.get(id) else { return Ok(()) };
    let relations = store.meta().relations;
    let links = store.links(slot).to_vec();
    for link in links {
        let columns: ColumnSet = relations
            .get(link.relation)
            .map_or(ColumnSet::EMPTY, |relation| relation.columns.iter().copied().collect());
        if columns.intersects(step.postponed) {
            if let Some(store) = map.get_mut(id) {
                store.resolve(slot, link.relation, None);
            }
            continue;
        }
        if !columns.intersects(step.columns) {
            continue;
        }
        let Some(target) = map.id_of(link.target) else { continue };
        let resolved = if target == id {
            // One store cannot be read and written at once; the key is copied.
            let mut key = None;
            if let Some(store) = map.get(target) {
                store.clone_key(link.slot, &mut key);
            }
            match (key, map.get_mut(id)) {
                (Some(key), Some(store)) => {
                    store.resolve(slot, link.relation, Some(&*key));
                    true
                }
                _ => false,
            }
        } else if let Some((from, to)) = map.get_pair(target, id) {
            from.with_key(link.slot, &mut |key| to.resolve(slot, link.relation, Some(key)))
        } else {
            false
        };
        if !resolved {
            let entity = map.get(target).map_or("row", |store| store.meta().name);
            return Err(Error::NotWritten { entity });
        }
    }
    Ok(())
}

/// Every pending row, and what constrains the order.
fn gather<B: Backend>(map: &IdentityMap<B>, labels: bool) -> Result<Gathered> {
    let mut work = Work::default();
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
    let index: HashMap<(StoreId, u32), WriteId> =
        gathered.rows.iter().zip(0..).map(|(&row, id)| (row, WriteId(id))).collect();
    let writes = &gathered.work.writes;
    // References by key matter only where a row of a known key comes or goes in this very flush.
    let moves_known_keys = writes.iter().any(|write| {
        write.kind == WriteKind::Delete
            || (write.kind == WriteKind::Insert && !write.entity.key_is_generated())
    });
    let mut values = Values::default();
    for ((write, &(id, slot)), place) in writes.iter().zip(&gathered.rows).zip(0..) {
        let from = WriteId(place);
        let Some(store) = map.get(id) else { continue };
        if write.kind != WriteKind::Delete {
            for link in store.links(slot) {
                let target = target_of(map, link.target, Some(link.slot), write.entity, link.relation)?;
                if let Some(&to) = target.and_then(|target| index.get(&target)) {
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

/// The references of a row to rows that are known by their key.
fn by_key<B: Backend>(
    map: &IdentityMap<B>,
    index: &HashMap<(StoreId, u32), WriteId>,
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
    };
    for &(side, columns) in sides {
        let mut refused = Ok(());
        store.visit_references(slot, side, columns, &mut |relation, target, key| {
            let Some(target_id) = map.id_of(target) else { return };
            let target_slot = map.get(target_id).and_then(|store| store.slot_of(key));
            let Some(target_slot) = target_slot else { return };
            if side == Side::After
                && let Err(error) = target_of(map, target, Some(target_slot), write.entity, relation)
            {
                refused = Err(error);
                return;
            }
            if let Some(&to) = index.get(&(target_id, target_slot)) {
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
