//! Entities and work built by hand, for tests.

use std::any::TypeId;
use std::cell::RefCell;

use crate::entity::{ColumnMeta, ColumnSet, EntityMeta, RelationMeta, UniqueMeta};
use crate::order::{Cycle, Plan, Reference, Side, UniqueUse, Work, Write, WriteId, WriteKind, plan};

thread_local! {
    /// What relations lead to: `RelationMeta::target` is a function pointer and cannot hold it.
    static ENTITIES: RefCell<Vec<&'static EntityMeta>> = const { RefCell::new(Vec::new()) };
}

/// An entity in the making. Column 0 is its key unless [`key`](Self::key) says otherwise.
pub(super) struct Table {
    name: &'static str,
    pub(super) columns: Vec<ColumnMeta>,
    pub(super) key: Vec<usize>,
    pub(super) relations: Vec<RelationMeta>,
    pub(super) uniques: Vec<UniqueMeta>,
}

impl Table {
    /// An entity whose key `id` the database makes.
    pub(super) fn generated(name: &'static str) -> Self {
        let mut table = Self::keyed(name);
        table.columns[0].generated = true;
        table
    }

    /// An entity whose key `id` the client makes.
    pub(super) fn keyed(name: &'static str) -> Self {
        let mut table =
            Self { name, columns: Vec::new(), key: vec![0], relations: Vec::new(), uniques: Vec::new() };
        table.add("id", false);
        table
    }

    pub(super) fn key(mut self, key: &[usize]) -> Self {
        self.key = key.to_vec();
        self
    }

    pub(super) fn add(&mut self, name: &'static str, nullable: bool) -> usize {
        self.columns.push(ColumnMeta {
            field: name,
            name,
            sql_type: std::any::TypeId::of::<diesel::sql_types::Integer>,
            nullable,
            generated: false,
            default: false,
            track: true,
            versioned: true,
        });
        self.columns.len() - 1
    }

    pub(super) fn column(mut self, name: &'static str) -> Self {
        self.add(name, false);
        self
    }

    pub(super) fn nullable(mut self, name: &'static str) -> Self {
        self.add(name, true);
        self
    }

    /// A required relation in a column of the same name.
    pub(super) fn needs(mut self, name: &'static str, target: usize) -> Self {
        let column = self.add(name, false);
        self.relation(name, &[column], target)
    }

    /// A nullable relation in a column of the same name.
    pub(super) fn may_have(mut self, name: &'static str, target: usize) -> Self {
        let column = self.add(name, true);
        self.relation(name, &[column], target)
    }

    pub(super) fn relation(mut self, name: &'static str, columns: &[usize], target: usize) -> Self {
        let nullable = columns.iter().any(|&column| self.columns[column].nullable);
        self.relations.push(RelationMeta {
            name,
            columns: columns.to_vec().leak(),
            nullable,
            one: false,
            deferred: false,
            same_key: |_, _| false,
            target: [entity::<0>, entity::<1>, entity::<2>, entity::<3>][target],
        });
        self
    }

    /// Makes the relation added last initially deferred.
    pub(super) fn deferred(mut self) -> Self {
        self.relations.last_mut().unwrap().deferred = true;
        self
    }

    pub(super) fn unique(mut self, columns: &[usize]) -> Self {
        self.uniques.push(UniqueMeta { columns: columns.to_vec().leak(), deferred: false });
        self
    }

    /// Makes the unique set added last initially deferred.
    pub(super) fn deferred_unique(mut self) -> Self {
        self.uniques.last_mut().unwrap().deferred = true;
        self
    }
}

fn entity<const N: usize>() -> (TypeId, &'static EntityMeta) {
    (TypeId::of::<[(); N]>(), ENTITIES.with_borrow(|all| all[N]))
}

/// Makes the entities; relations lead to them by their place.
pub(super) fn schema<const N: usize>(tables: [Table; N]) -> [&'static EntityMeta; N] {
    let all = tables.map(|table| {
        &*Box::leak(Box::new(EntityMeta {
            name: table.name,
            columns: table.columns.leak(),
            key: table.key.leak(),
            version: None,
            relations: table.relations.leak(),
            uniques: table.uniques.leak(),
        }))
    });
    ENTITIES.set(all.to_vec());
    all
}

impl Work {
    pub(super) fn add(
        &mut self,
        entity: &'static EntityMeta,
        kind: WriteKind,
        columns: ColumnSet,
    ) -> WriteId {
        self.writes.push(Write { entity, kind, columns, label: None });
        WriteId(self.writes.len() as u32 - 1)
    }

    pub(super) fn insert(&mut self, entity: &'static EntityMeta) -> WriteId {
        self.add(entity, WriteKind::Insert, entity.select(|c| !c.generated))
    }

    pub(super) fn update(&mut self, entity: &'static EntityMeta, columns: &[usize]) -> WriteId {
        self.add(entity, WriteKind::Update, columns.iter().copied().collect())
    }

    pub(super) fn delete(&mut self, entity: &'static EntityMeta) -> WriteId {
        self.add(entity, WriteKind::Delete, ColumnSet::EMPTY)
    }

    /// `from` comes to refer to `to`.
    pub(super) fn refers(&mut self, from: WriteId, relation: usize, to: WriteId) {
        self.references.push(Reference { from, relation, to, side: Side::After });
    }

    /// `from` refers to `to` until now.
    pub(super) fn referred(&mut self, from: WriteId, relation: usize, to: WriteId) {
        self.references.push(Reference { from, relation, to, side: Side::Before });
    }

    pub(super) fn gives(&mut self, write: WriteId, set: Option<usize>, value: u32) {
        self.uniques.push(UniqueUse { write, set, value, side: Side::Before });
    }

    pub(super) fn takes(&mut self, write: WriteId, set: Option<usize>, value: u32) {
        self.uniques.push(UniqueUse { write, set, value, side: Side::After });
    }

    pub(super) fn plan(&self) -> Plan {
        plan(self).unwrap()
    }

    pub(super) fn cycle(&self) -> Cycle {
        plan(self).unwrap_err()
    }

    /// The plan, a step a line: `INSERT Author (name) [0, 2]`.
    #[track_caller]
    pub(super) fn gives_plan(&self, expected: &[&str]) {
        let plan = self.plan();
        let lines: Vec<String> = plan
            .steps()
            .iter()
            .map(|step| {
                let rows: Vec<u32> = step.rows.iter().map(|row| row.0).collect();
                let text = step.to_string();
                let (text, _) = text.rsplit_once(" × ").unwrap();
                format!("{text} {rows:?}")
            })
            .collect();
        assert_eq!(lines, expected);
    }
}
