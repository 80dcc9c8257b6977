//! Values that are collected before their statement is sent: their size is known then, and moments are bound right.
//!
//! Diesel binds its `Timestamp` as the protocol's TIMESTAMP, whatever the column. MariaDB takes that for a value of its type
//! TIMESTAMP, which ends in 2038, and makes NULL of a DATETIME outside, without an error. A DATETIME it takes for what it is,
//! and converts it where the column is a TIMESTAMP; so does MySQL.

use diesel::QueryResult;
use diesel::mysql::{Mysql, MysqlType};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AstPass, QueryFragment};
use moored::backend::Collected;

pub(crate) fn collect(values: &[&dyn QueryFragment<Mysql>]) -> QueryResult<Collected<Mysql>> {
    let mut all = RawBytesBindCollector::<Mysql>::new();
    for values in values {
        values.collect_binds(&mut all, &mut (), &Mysql)?;
    }
    for kind in &mut all.metadata {
        if matches!(kind, MysqlType::Timestamp) {
            *kind = MysqlType::DateTime;
        }
    }
    let bytes = all.binds.iter().flatten().map(Vec::len).sum();
    Ok(Collected { values: Box::new(Values(all)), bytes })
}

/// Values that were collected.
struct Values(RawBytesBindCollector<Mysql>);

impl QueryFragment<Mysql> for Values {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        out.push_bind_collector_data(&self.0)
    }
}
