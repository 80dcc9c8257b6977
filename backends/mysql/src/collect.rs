//! Values that are collected before their statement is sent, so that their size is known.

use diesel::QueryResult;
use diesel::mysql::Mysql;
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AstPass, QueryFragment};
use moored::backend::Collected;

pub(crate) fn collect(values: &[&dyn QueryFragment<Mysql>]) -> QueryResult<Collected<Mysql>> {
    let mut all = RawBytesBindCollector::<Mysql>::new();
    for values in values {
        values.collect_binds(&mut all, &mut (), &Mysql)?;
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
