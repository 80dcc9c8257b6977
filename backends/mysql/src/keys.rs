//! What can be proven of the keys that one INSERT of several rows generates into a table.
//!
//! 1. `LAST_INSERT_ID()` is the key of the first row. InnoDB hands an INSERT whose rows are counted beforehand all its
//!    keys at once, in every `innodb_autoinc_lock_mode`; they are `@@auto_increment_increment` apart.
//! 2. That holds for an `AUTO_INCREMENT` column of an InnoDB table. Another default (a sequence, a UUID) leaves
//!    `LAST_INSERT_ID()` as the INSERT before it set it. Of partitioned tables nobody says any of this.
//! 3. A trigger before INSERT can set the key itself, even to those that follow from `LAST_INSERT_ID()`, in another order. It
//!    has to name the column for that, so nothing is known of a table with a trigger that does.
//! 4. Where triggers cannot be seen there may be one. Then `LAST_INSERT_ID()` is reset before the INSERT, so that it is 0
//!    after it, or fewer rows than inserted are at the keys that follow from it.
//!
//! What falls under none of them goes in one row at a time, and `LAST_INSERT_ID()` is reset before.

use diesel::QueryResult;
use diesel::sql_types::{BigInt, Text};
use diesel::{MysqlConnection, sql_query};
use moored::backend::{GeneratedKey, KeyOrder, load};

use crate::{KeyBatches, Mysql, Source};

/// 0: nothing is known. 1: the table is of the right kind. 2: and its triggers can be seen.
///
/// MySQL shows triggers to those alone who may make them; MariaDB to everyone who may insert.
const WHAT_IS_PROVEN: &str = "\
SELECT COALESCE(MAX(1 + (VERSION() LIKE '%MariaDB%'
      OR EXISTS (SELECT 1 FROM information_schema.user_privileges p
        WHERE p.privilege_type = 'TRIGGER' AND p.grantee = me.grantee)
      OR EXISTS (SELECT 1 FROM information_schema.schema_privileges p
        WHERE p.privilege_type = 'TRIGGER' AND p.grantee = me.grantee AND c.table_schema LIKE p.table_schema)
      OR EXISTS (SELECT 1 FROM information_schema.table_privileges p
        WHERE p.privilege_type = 'TRIGGER' AND p.grantee = me.grantee
          AND p.table_schema = c.table_schema AND p.table_name = c.table_name))), 0)
  FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
  JOIN (SELECT CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') AS grantee) me
 WHERE c.table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND c.table_name = ? AND c.column_name = ?
   AND c.extra LIKE '%auto_increment%' AND t.engine = 'InnoDB' AND t.create_options NOT LIKE '%partitioned%'";

/// What the triggers do that could set a key.
const TRIGGERS: &str = "\
SELECT COALESCE(action_statement, '') FROM information_schema.triggers
 WHERE event_object_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND event_object_table = ?
   AND event_manipulation = 'INSERT' AND action_timing = 'BEFORE'";

pub(crate) fn order(
    source: &Source,
    connection: &mut MysqlConnection,
    generated: &GeneratedKey<'_>,
) -> QueryResult<KeyOrder> {
    match source.key_batches() {
        KeyBatches::Always => return Ok(KeyOrder::Ascending),
        KeyBatches::Never => return Ok(KeyOrder::Unknown),
        KeyBatches::WhereProven => {}
    }
    source.keys_of(generated.table, || {
        let (schema, name) = unquoted(generated.table);
        let key = generated.column.name;
        let query =
            sql_query(WHAT_IS_PROVEN).bind::<Text, _>(&schema).bind::<Text, _>(&name).bind::<Text, _>(key);
        let mut proven = 0;
        load::<Mysql, (BigInt,), (i64,)>(connection, &query, &mut |(answer,)| {
            proven = answer;
            false
        })?;
        match proven {
            2 => {}
            1 => return Ok(KeyOrder::AscendingOrForeign),
            _ => return Ok(KeyOrder::Unknown),
        }
        let query = sql_query(TRIGGERS).bind::<Text, _>(schema).bind::<Text, _>(name);
        let mut order = KeyOrder::Ascending;
        load::<Mysql, (Text,), (String,)>(connection, &query, &mut |(statement,)| {
            if may_set(&statement, key) {
                order = KeyOrder::Unknown;
            }
            true
        })?;
        Ok(order)
    })
}

/// Whether a trigger's statement names the column, or could not be read.
fn may_set(statement: &str, column: &str) -> bool {
    let (statement, column) = (statement.to_lowercase(), column.to_lowercase());
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let stands_alone = |(at, _): (usize, &str)| {
        let (before, after) = statement.split_at(at);
        let after = after.get(column.len()..).unwrap_or_default();
        !before.ends_with(is_part) && !after.starts_with(is_part)
    };
    // A backtick in a name is written twice.
    statement.is_empty() || column.contains('`') || statement.match_indices(&column).any(stands_alone)
}

/// The schema, or nothing, and the name out of `` `shop`.`orders` ``.
fn unquoted(table: &str) -> (String, String) {
    let plain = |part: &str| part.trim_matches('`').replace("``", "`");
    match table.split_once("`.`") {
        Some((schema, name)) => (plain(schema), plain(name)),
        None => (String::new(), plain(table)),
    }
}

#[cfg(test)]
mod tests {
    use super::{may_set, unquoted};

    #[test]
    fn names_lose_their_quotes() {
        assert_eq!(unquoted("`orders`"), (String::new(), "orders".into()));
        assert_eq!(unquoted("`shop`.`or``ders`"), ("shop".into(), "or`ders".into()));
    }

    #[test]
    fn a_trigger_that_names_the_key_may_set_it() {
        for statement in ["SET NEW.id = 1", "SET new.`ID`=1", "BEGIN SELECT 1 INTO NEW.id; END", ""] {
            assert!(may_set(statement, "id"), "{statement}");
        }
        for statement in ["SET NEW.author_id = 1", "SET NEW.ids = 1, NEW.idle = valid($id)", "DO 1"] {
            assert!(!may_set(statement, "id"), "{statement}");
        }
    }
}
