//! What SQLite's pragmas say of a table.

use diesel::QueryResult;
use diesel::sql_query;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel::sqlite::SqliteConnection;
use moored::backend::{Filled, LiveColumn, LiveForeignKey, LiveTable, LiveUnique, OnDelete, TableName, load};

use crate::Sqlite;
use crate::references::deferred;

const COLUMNS: &str = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?, ?) \
     WHERE hidden <> 1 ORDER BY cid";
const UNIQUES: &str = "SELECT l.name, l.origin, l.partial, i.name \
     FROM pragma_index_list(?1, ?2) l, pragma_index_xinfo(l.name, ?2) i \
     WHERE l.\"unique\" AND i.\"key\" ORDER BY l.seq, i.seqno";
const FOREIGN_KEYS: &str = "SELECT id, \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list(?, ?) \
     ORDER BY id, seq";

/// A table or view; `None` where there is none.
pub(crate) fn table(connection: &mut SqliteConnection, table: &TableName) -> QueryResult<Option<LiveTable>> {
    let mut live = LiveTable { ignores_case: true, ..LiveTable::default() };
    let mut key = Vec::new();
    type Column = (Text, Text, Integer, Nullable<Text>, Integer, Integer);
    let query = sql_query(COLUMNS).bind::<Text, _>(&table.name).bind::<Nullable<Text>, _>(&table.schema);
    load::<Sqlite, Column, (String, String, i32, Option<String>, i32, i32)>(
        connection,
        &query,
        &mut |(name, sql_type, not_null, default, part, hidden)| {
            let is_computed = hidden != 0;
            let filled = match default {
                _ if is_computed => Filled::ByExpression,
                Some(default) if !default.eq_ignore_ascii_case("NULL") => Filled::ByDefault,
                _ => Filled::Nothing,
            };
            if part > 0 {
                key.push((part, name.clone()));
            }
            let nullable = not_null == 0;
            live.columns.push(LiveColumn {
                name,
                sql_type,
                type_numbers: Vec::new(),
                nullable,
                filled,
                read_only: is_computed,
            });
            true
        },
    )?;
    if live.columns.is_empty() {
        return Ok(None);
    }
    key.sort();
    live.key = key.into_iter().map(|(_, name)| name).collect();
    let (is_view, text) = text(connection, table)?;
    live.is_view = is_view;
    let has_key_index = uniques(connection, table, &mut live)?;
    if !has_key_index {
        count_rowid(&mut live);
    }
    foreign_keys(connection, table, &text, &mut live)?;
    Ok(Some(live))
}

/// Whether it is a view, and the text that made it.
fn text(connection: &mut SqliteConnection, table: &TableName) -> QueryResult<(bool, String)> {
    let schemas = match &table.schema {
        Some(schema) => vec![format!("\"{}\"", schema.replace('"', "\"\""))],
        None => vec!["temp".to_owned(), "main".to_owned()],
    };
    let mut found = None;
    for schema in schemas {
        let of = "type IN ('table', 'view') AND name = ? COLLATE NOCASE";
        let query =
            sql_query(format!("SELECT type, COALESCE(sql, '') FROM {schema}.sqlite_master WHERE {of}"));
        load::<Sqlite, (Text, Text), (String, String)>(
            connection,
            &query.bind::<Text, _>(&table.name),
            &mut |row| {
                found.get_or_insert(row);
                false
            },
        )?;
    }
    Ok(found.map(|(kind, text)| (kind == "view", text)).unwrap_or_default())
}

/// Adds what is unique, and says whether the primary key has an index of its own: else it is the rowid, or there is none.
fn uniques(connection: &mut SqliteConnection, table: &TableName, live: &mut LiveTable) -> QueryResult<bool> {
    let mut has_key_index = false;
    let query = sql_query(UNIQUES).bind::<Text, _>(&table.name).bind::<Nullable<Text>, _>(&table.schema);
    load::<Sqlite, (Text, Text, Integer, Nullable<Text>), (String, String, i32, Option<String>)>(
        connection,
        &query,
        &mut |(index, origin, partial, column)| {
            if origin == "pk" {
                has_key_index = true;
                return true;
            }
            if live.uniques.last().is_none_or(|last| last.name != index) {
                let is_whole = partial == 0;
                live.uniques.push(LiveUnique { name: index, is_whole, ..LiveUnique::default() });
            }
            if let Some(unique) = live.uniques.last_mut() {
                // An expression has no name.
                unique.is_whole &= column.is_some();
                unique.columns.extend(column);
            }
            true
        },
    )?;
    Ok(has_key_index)
}

/// An `INTEGER PRIMARY KEY` is the rowid, <https://www.sqlite.org/lang_createtable.html#rowid>.
fn count_rowid(live: &mut LiveTable) {
    let [key] = live.key.as_slice() else { return };
    let is_rowid =
        |column: &&mut LiveColumn| column.name == *key && column.sql_type.eq_ignore_ascii_case("INTEGER");
    if let Some(column) = live.columns.iter_mut().find(is_rowid) {
        (column.nullable, column.filled) = (false, Filled::ByCount);
    }
}

fn foreign_keys(
    connection: &mut SqliteConnection,
    table: &TableName,
    text: &str,
    live: &mut LiveTable,
) -> QueryResult<()> {
    let schema = table.schema.clone().unwrap_or_else(|| "main".to_owned());
    let is_near = schema == "main";
    let mut last = None;
    let query = sql_query(FOREIGN_KEYS).bind::<Text, _>(&table.name).bind::<Nullable<Text>, _>(&table.schema);
    load::<Sqlite, (Integer, Text, Text, Nullable<Text>, Text), (i32, String, String, Option<String>, String)>(
        connection,
        &query,
        &mut |(id, column, name, target, on_delete)| {
            if last != Some(id) {
                last = Some(id);
                live.foreign_keys.push(LiveForeignKey {
                    columns: Vec::new(),
                    table: TableName { schema: Some(schema.clone()), name },
                    is_near,
                    target: Vec::new(),
                    deferred: false,
                    on_delete: OnDelete::read(&on_delete),
                });
            }
            if let Some(key) = live.foreign_keys.last_mut() {
                key.columns.push(column);
                key.target.extend(target);
            }
            true
        },
    )?;
    // The pragma counts them from the last to the first.
    let deferred = deferred(text);
    if deferred.len() == live.foreign_keys.len() {
        for (key, deferred) in live.foreign_keys.iter_mut().zip(deferred.into_iter().rev()) {
            key.deferred = deferred;
        }
    }
    Ok(())
}
