//! What the information schema of MySQL and MariaDB says of a table.

use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{MysqlConnection, QueryResult, sql_query};
use moored::backend::{Filled, LiveColumn, LiveForeignKey, LiveTable, LiveUnique, OnDelete, TableName, load};

use crate::{Flavor, Mysql};

const TABLE: &str = "\
SELECT CAST(table_schema AS CHAR), CAST(table_name AS CHAR), CAST(table_type LIKE '%VIEW' AS SIGNED)
  FROM information_schema.tables
 WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?
 ORDER BY BINARY table_name = ? DESC";

const COLUMNS: &str = "\
SELECT CAST(column_name AS CHAR), CAST(column_type AS CHAR), CAST(is_nullable = 'YES' AS SIGNED),
       CAST(column_default AS CHAR), CAST(extra AS CHAR)
  FROM information_schema.columns
 WHERE BINARY table_schema = ? AND BINARY table_name = ?
 ORDER BY ordinal_position";

/// An expression has no name, and only a part of a column has a length.
const UNIQUES: &str = "\
SELECT CAST(index_name AS CHAR), CAST(column_name AS CHAR), CAST(sub_part IS NULL AS SIGNED)
  FROM information_schema.statistics
 WHERE BINARY table_schema = ? AND BINARY table_name = ? AND non_unique = 0
 ORDER BY index_name, seq_in_index";

const FOREIGN_KEYS: &str = "\
SELECT CAST(k.constraint_name AS CHAR), CAST(k.column_name AS CHAR), CAST(k.referenced_table_schema AS CHAR),
       CAST(k.referenced_table_name AS CHAR), CAST(COALESCE(k.referenced_table_schema = DATABASE(), 0) AS SIGNED),
       CAST(k.referenced_column_name AS CHAR), CAST(r.delete_rule AS CHAR)
  FROM information_schema.key_column_usage k
  JOIN information_schema.referential_constraints r
    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
       AND r.table_name = k.table_name
 WHERE BINARY k.table_schema = ? AND BINARY k.table_name = ? AND k.referenced_table_name IS NOT NULL
 ORDER BY k.constraint_name, k.ordinal_position";

/// A table or view; `None` where there is none.
pub(crate) fn table(
    flavor: Flavor,
    connection: &mut MysqlConnection,
    table: &TableName,
) -> QueryResult<Option<LiveTable>> {
    let mut found = None;
    let query = sql_query(TABLE).bind::<Nullable<Text>, _>(&table.schema);
    let query = query.bind::<Text, _>(&table.name).bind::<Text, _>(&table.name);
    load::<Mysql, (Text, Text, BigInt), (String, String, i64)>(connection, &query, &mut |row| {
        // The best comes first; all rows are read.
        found.get_or_insert(row);
        true
    })?;
    let Some((schema, name, is_view)) = found else { return Ok(None) };
    let place = Place { schema, name };
    let mut live = LiveTable { is_view: is_view != 0, ignores_case: true, ..LiveTable::default() };
    columns(flavor, connection, &place, &mut live)?;
    uniques(connection, &place, &mut live)?;
    foreign_keys(connection, &place, &mut live)?;
    Ok(Some(live))
}

/// A table as the server spells it.
struct Place {
    schema: String,
    name: String,
}

fn columns(
    flavor: Flavor,
    connection: &mut MysqlConnection,
    place: &Place,
    live: &mut LiveTable,
) -> QueryResult<()> {
    let query = sql_query(COLUMNS).bind::<Text, _>(&place.schema).bind::<Text, _>(&place.name);
    load::<Mysql, (Text, Text, BigInt, Nullable<Text>, Text), (String, String, i64, Option<String>, String)>(
        connection,
        &query,
        &mut |(name, sql_type, nullable, default, extra)| {
            let extra = extra.to_ascii_uppercase();
            let is_computed =
                ["VIRTUAL GENERATED", "STORED GENERATED", "PERSISTENT"].iter().any(|is| extra.contains(is));
            // MariaDB writes a text in quotes, and the lack of a default as this word.
            let no_default = |default: &str| flavor == Flavor::MariaDb && default == "NULL";
            let filled = match default {
                _ if is_computed => Filled::ByExpression,
                _ if extra.contains("AUTO_INCREMENT") => Filled::ByCount,
                Some(default) if !no_default(&default) => Filled::ByDefault,
                _ => Filled::Nothing,
            };
            live.columns.push(LiveColumn {
                name,
                sql_type,
                type_numbers: Vec::new(),
                nullable: nullable != 0,
                filled,
                read_only: is_computed,
            });
            true
        },
    )
}

fn uniques(connection: &mut MysqlConnection, place: &Place, live: &mut LiveTable) -> QueryResult<()> {
    let query = sql_query(UNIQUES).bind::<Text, _>(&place.schema).bind::<Text, _>(&place.name);
    load::<Mysql, (Text, Nullable<Text>, BigInt), (String, Option<String>, i64)>(
        connection,
        &query,
        &mut |(name, column, is_whole)| {
            if name == "PRIMARY" {
                live.key.extend(column);
                return true;
            }
            if live.uniques.last().is_none_or(|last| last.name != name) {
                live.uniques.push(LiveUnique { name, is_whole: true, ..LiveUnique::default() });
            }
            if let Some(unique) = live.uniques.last_mut() {
                unique.is_whole &= column.is_some() && is_whole != 0;
                unique.columns.extend(column);
            }
            true
        },
    )
}

fn foreign_keys(connection: &mut MysqlConnection, place: &Place, live: &mut LiveTable) -> QueryResult<()> {
    type Row = (Text, Text, Text, Text, BigInt, Text, Text);
    let mut last = None;
    let query = sql_query(FOREIGN_KEYS).bind::<Text, _>(&place.schema).bind::<Text, _>(&place.name);
    load::<Mysql, Row, (String, String, String, String, i64, String, String)>(
        connection,
        &query,
        &mut |(constraint, column, schema, name, is_near, target, on_delete)| {
            if last.as_ref() != Some(&constraint) {
                last = Some(constraint);
                live.foreign_keys.push(LiveForeignKey {
                    columns: Vec::new(),
                    table: TableName { schema: Some(schema), name },
                    is_near: is_near != 0,
                    target: Vec::new(),
                    deferred: false,
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
