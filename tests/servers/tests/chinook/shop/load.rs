//! Loads the shop: every row in one session, in a hostile order, with one flush.

use std::collections::HashMap;

use moored::prelude::*;
use moored::{Result, StatementLog};
use serde_json::Value;

use super::data::{Object, TABLES, Tables, refers_to};
use super::drafts::Shop;
use super::entities::*;
use super::random::Random;
use super::values::Cell;

/// In which order the rows are persisted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Every row before every row that it refers to: the worst there is.
    ChildrenFirst,
    /// All rows of all tables in one shuffle.
    Shuffled,
}

/// What a load did.
pub(crate) struct Loaded {
    /// The new key of each row, by its table and its key in the data.
    pub(crate) ids: HashMap<(&'static str, i64), i64>,
    /// The rows as the loading session has them after its flush, under their new keys.
    pub(crate) in_memory: Tables,
    /// What was sent.
    pub(crate) statements: Vec<String>,
}

/// A draft's constructor demands its required relations, and a child that comes before its parent cannot name it. So it
/// gets a key that no row has (a nullable relation: nothing), and after the last `persist` a `link` to the parent's
/// draft. A link that was lost on the way would meet the database's foreign keys, or show in the comparison.
pub(crate) fn load<B: Backend>(
    orm: &Orm<B>,
    log: &StatementLog,
    rows: &Tables,
    order: Order,
) -> Result<Loaded>
where
    Artist: Entity<B>,
    Album: Entity<B>,
    Genre: Entity<B>,
    MediaType: Entity<B>,
    Track: Entity<B>,
    Employee: Entity<B>,
    Customer: Entity<B>,
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
    Playlist: Entity<B>,
    PlaylistTrack: Entity<B>,
{
    let order = ordered(rows, order);
    orm.session(|session| {
        let mut shop = Shop::default();
        for (place, &(table, row)) in order.iter().enumerate() {
            shop.persist(session, place, table, row)?;
        }
        for (place, &(table, row)) in order.iter().enumerate() {
            shop.link_late(session, place, table, row)?;
        }
        log.take();
        session.flush()?;
        let statements = log.take();
        let mut loaded = Loaded { ids: HashMap::new(), in_memory: Tables::default(), statements };
        shop.collect(session, &mut loaded)?;
        assert!(log.is_empty(), "promoting and reading are no SQL");
        Ok(loaded)
    })
}

/// The rows with new keys in the place of old ones.
pub(crate) fn translated(rows: &Tables, ids: &HashMap<(&'static str, i64), i64>) -> Tables {
    let mut translated = Tables::default();
    for table in TABLES {
        for (_, row) in rows.of(table) {
            let mut row = row.clone();
            for (column, value) in &mut row {
                if let (Some(target), Some(old)) = (refers_to(column), value.as_i64()) {
                    *value = ids[&(target, old)].into();
                }
            }
            translated.insert(table, row);
        }
    }
    translated
}

fn ordered(rows: &Tables, order: Order) -> Vec<(&'static str, &Object)> {
    let mut random = Random::new(15_607);
    let mut all = Vec::with_capacity(rows.len());
    for table in TABLES {
        let mut of_table: Vec<_> = rows.of(table).map(|(_, row)| (table, row)).collect();
        random.shuffle(&mut of_table);
        if table == "Employee" {
            // The one table that refers to itself: those who report to others first, from the leaves of the tree up.
            of_table.sort_by_key(|(_, row)| std::cmp::Reverse(depth(rows, row)));
        }
        all.extend(of_table);
    }
    if matches!(order, Order::Shuffled) {
        random.shuffle(&mut all);
    }
    all
}

fn depth(rows: &Tables, employee: &Object) -> usize {
    match &employee["ReportsTo"] {
        Value::Null => 0,
        manager => 1 + depth(rows, rows.row("Employee", i32::read(manager))),
    }
}
