//! What can be proven of the keys that one INSERT of several rows generates into a table.
//!
//! 1. `LAST_INSERT_ID()` is the key of the first row. InnoDB hands an INSERT whose rows are counted beforehand all its
//!    keys at once, in every `innodb_autoinc_lock_mode`; they are `@@auto_increment_increment` apart.
//! 2. That holds for an `AUTO_INCREMENT` column of an InnoDB table. Another default (a sequence, a UUID) leaves
//!    `LAST_INSERT_ID()` as the INSERT before it set it. Of partitioned tables nobody says any of this.
//! 3. A trigger before INSERT can set the key itself, even to those that follow from `LAST_INSERT_ID()`, in another order. So
//!    there must be none, and it must be certain that one would be seen: MySQL shows triggers to those alone who may make
//!    them, MariaDB to everyone who may insert.
//!
//! What falls under none of them goes in one row at a time, and `LAST_INSERT_ID()` is reset before.

use diesel::QueryResult;
use diesel::sql_types::Text;
use diesel::{MysqlConnection, sql_query};
use moored::backend::{GeneratedKey, KeyOrder, number};

use crate::{KeyBatches, Mysql, Source};

const IS_PROVEN: &str = "\
SELECT COUNT(*)
  FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
  JOIN (SELECT CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') AS grantee) me
 WHERE c.table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND c.table_name = ? AND c.column_name = ?
   AND c.extra LIKE '%auto_increment%' AND t.engine = 'InnoDB' AND t.create_options NOT LIKE '%partitioned%'
   AND NOT EXISTS (SELECT 1 FROM information_schema.triggers g WHERE g.event_object_schema = c.table_schema
      AND g.event_object_table = c.table_name AND g.event_manipulation = 'INSERT' AND g.action_timing = 'BEFORE')
   AND (VERSION() LIKE '%MariaDB%'
      OR EXISTS (SELECT 1 FROM information_schema.user_privileges p
        WHERE p.privilege_type = 'TRIGGER' AND p.grantee = me.grantee)
      OR EXISTS (SELECT 1 FROM information_schema.schema_privileges p
        WHERE p.privilege_type = 'TRIGGER' AND p.grantee = me.grantee AND c.table_schema LIKE p.table_schema)
      OR EXISTS (SELECT 1 FROM information_schema.table_privileges p
        WHERE p.privilege_type = 'TRIGGER' AND p.grantee = me.grantee
          AND p.table_schema = c.table_schema AND p.table_name = c.table_name))";

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
        let query = sql_query(IS_PROVEN)
            .bind::<Text, _>(schema)
            .bind::<Text, _>(name)
            .bind::<Text, _>(generated.column.name);
        let is_proven = number::<Mysql>(connection, &query)? > 0;
        Ok(if is_proven { KeyOrder::Ascending } else { KeyOrder::Unknown })
    })
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
    use super::unquoted;

    #[test]
    fn names_lose_their_quotes() {
        assert_eq!(unquoted("`orders`"), (String::new(), "orders".into()));
        assert_eq!(unquoted("`shop`.`or``ders`"), ("shop".into(), "or`ders".into()));
    }
}
