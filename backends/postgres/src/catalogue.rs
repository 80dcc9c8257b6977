//! What PostgreSQL's catalogue says of a table.

use diesel::pg::PgConnection;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{QueryResult, sql_query};
use moored::backend::{Filled, LiveColumn, LiveForeignKey, LiveTable, LiveUnique, OnDelete, TableName, load};

use crate::Postgres;

/// A name without a schema is looked for where a statement would look for it. Of a table elsewhere no key is known.
const TABLE: &str = "
SELECT c.oid::bigint, c.relkind IN ('v', 'm', 'f')
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND CASE WHEN $2 IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = $2 END";

/// A default of its own or of its domain; a type, and what it is made of if it is a domain.
const COLUMNS: &str = r"
SELECT a.attname::text,
       pg_catalog.format_type(a.atttypid, a.atttypmod),
       (WITH RECURSIVE made(oid) AS (
            SELECT a.atttypid
             UNION SELECT d.typbasetype FROM made JOIN pg_catalog.pg_type d ON d.oid = made.oid AND d.typtype = 'd')
        SELECT string_agg(made.oid::bigint::text, ' ') FROM made),
       NOT (a.attnotnull OR t.typtype = 'd' AND t.typnotnull),
       CASE WHEN a.attgenerated <> '' THEN 'computed'
            WHEN a.attidentity <> '' OR pg_catalog.pg_get_expr(f.adbin, f.adrelid) ~ '^nextval\(' THEN 'counted'
            WHEN f.adbin IS NOT NULL OR t.typdefault IS NOT NULL THEN 'default'
            ELSE '' END,
       a.attgenerated <> '' OR a.attidentity = 'a'
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
 WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum";

/// The columns of unique indexes, those that it only includes aside. An expression has no name.
const UNIQUES: &str = "
SELECT i.relname::text, x.indisprimary, x.indpred IS NULL, COALESCE(o.condeferred, false), a.attname::text
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
  LEFT JOIN pg_catalog.pg_constraint o ON o.conindid = x.indexrelid AND o.contype IN ('p', 'u')
 WHERE x.indrelid = $1::oid AND x.indisunique AND x.indisvalid AND k.place <= x.indnkeyatts
 ORDER BY i.relname, k.place";

const FOREIGN_KEYS: &str = "
SELECT o.oid::bigint, a.attname::text, n.nspname::text, c.relname::text, pg_catalog.pg_table_is_visible(c.oid),
       t.attname::text, o.condeferred,
       CASE o.confdeltype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL'
            WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END
  FROM pg_catalog.pg_constraint o
  JOIN pg_catalog.pg_class c ON c.oid = o.confrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL unnest(o.conkey, o.confkey) WITH ORDINALITY AS k(own, other, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.own
  JOIN pg_catalog.pg_attribute t ON t.attrelid = o.confrelid AND t.attnum = k.other
 WHERE o.conrelid = $1::oid AND o.contype = 'f'
 ORDER BY o.oid, k.place";

/// A table or view; `None` where there is none.
pub(crate) fn table(connection: &mut PgConnection, table: &TableName) -> QueryResult<Option<LiveTable>> {
    let mut found = None;
    let query = sql_query(TABLE).bind::<Text, _>(&table.name).bind::<Nullable<Text>, _>(&table.schema);
    load::<Postgres, (BigInt, Bool), (i64, bool)>(connection, &query, &mut |row| {
        found = Some(row);
        false
    })?;
    let Some((oid, is_view)) = found else { return Ok(None) };
    let mut live = LiveTable { is_view, ..LiveTable::default() };
    columns(connection, oid, &mut live)?;
    uniques(connection, oid, &mut live)?;
    foreign_keys(connection, oid, &mut live)?;
    Ok(Some(live))
}

fn columns(connection: &mut PgConnection, oid: i64, live: &mut LiveTable) -> QueryResult<()> {
    let query = sql_query(COLUMNS).bind::<BigInt, _>(oid);
    load::<Postgres, (Text, Text, Text, Bool, Text, Bool), (String, String, String, bool, String, bool)>(
        connection,
        &query,
        &mut |(name, sql_type, types, nullable, filled, read_only)| {
            let filled = match filled.as_str() {
                "computed" => Filled::ByExpression,
                "counted" => Filled::ByCount,
                "default" => Filled::ByDefault,
                _ => Filled::Nothing,
            };
            let type_numbers = types.split(' ').filter_map(|number| number.parse().ok()).collect();
            live.columns.push(LiveColumn { name, sql_type, type_numbers, nullable, filled, read_only });
            true
        },
    )
}

fn uniques(connection: &mut PgConnection, oid: i64, live: &mut LiveTable) -> QueryResult<()> {
    let query = sql_query(UNIQUES).bind::<BigInt, _>(oid);
    load::<Postgres, (Text, Bool, Bool, Bool, Nullable<Text>), (String, bool, bool, bool, Option<String>)>(
        connection,
        &query,
        &mut |(name, is_key, is_whole, deferred, column)| {
            if is_key {
                live.key.extend(column);
                return true;
            }
            if live.uniques.last().is_none_or(|last| last.name != name) {
                live.uniques.push(LiveUnique { name, columns: Vec::new(), is_whole, deferred });
            }
            if let Some(unique) = live.uniques.last_mut() {
                unique.is_whole &= column.is_some();
                unique.columns.extend(column);
            }
            true
        },
    )
}

fn foreign_keys(connection: &mut PgConnection, oid: i64, live: &mut LiveTable) -> QueryResult<()> {
    type Row = (BigInt, Text, Text, Text, Bool, Text, Bool, Text);
    let mut last = None;
    let query = sql_query(FOREIGN_KEYS).bind::<BigInt, _>(oid);
    load::<Postgres, Row, (i64, String, String, String, bool, String, bool, String)>(
        connection,
        &query,
        &mut |(constraint, column, schema, name, is_near, target, deferred, on_delete)| {
            if last != Some(constraint) {
                last = Some(constraint);
                live.foreign_keys.push(LiveForeignKey {
                    columns: Vec::new(),
                    table: TableName { schema: Some(schema), name },
                    is_near,
                    target: Vec::new(),
                    deferred,
                    on_delete: OnDelete::read(&on_delete),
                });
            }
            if let Some(key) = live.foreign_keys.last_mut() {
                key.columns.push(column);
                key.target.push(target);
            }
            true
        },
    )
}
