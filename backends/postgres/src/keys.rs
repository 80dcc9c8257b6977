//! How a table makes its keys, as far as the catalogue tells.
//!
//! 1. An identity column, or a default that is `nextval` of one sequence, counts: the rows of one INSERT take their
//!    numbers one after another, <https://www.postgresql.org/docs/15/functions-sequence.html>. So it is of a sequence that
//!    counts up and does not begin anew.
//! 2. A trigger before INSERT can set the key itself, and to numbers that fall one by one. Of a table with one nothing is known.
//! 3. Of a view, of a table with rules, and of every other default nothing is known.

use diesel::pg::PgConnection;
use diesel::sql_types::Text;
use diesel::{QueryResult, sql_query};
use moored::backend::{GeneratedKey, KeyOrder, number};

use crate::Postgres;

const COUNTS_UP: &str = r"
SELECT COUNT(*)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
  JOIN pg_catalog.pg_depend p ON
       CASE WHEN a.attidentity <> ''
            THEN p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = c.oid
                 AND p.refobjsubid = a.attnum AND p.classid = 'pg_catalog.pg_class'::regclass AND p.deptype = 'i'
            ELSE p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = f.oid
                 AND p.refclassid = 'pg_catalog.pg_class'::regclass
                 AND pg_catalog.pg_get_expr(f.adbin, f.adrelid) ~ '^nextval\(''[^'']*''::regclass\)$' END
  JOIN pg_catalog.pg_sequence s ON s.seqrelid = CASE WHEN a.attidentity <> '' THEN p.objid ELSE p.refobjid END
 WHERE c.oid = pg_catalog.to_regclass($1) AND a.attname = $2
   AND c.relkind IN ('r', 'p') AND NOT c.relhasrules AND s.seqincrement > 0 AND NOT s.seqcycle
   AND NOT EXISTS (
       SELECT FROM pg_catalog.pg_trigger g
        WHERE (g.tgrelid = c.oid OR g.tgrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)))
          AND NOT g.tgisinternal AND g.tgtype & 7 = 7)";

pub(crate) fn ask(connection: &mut PgConnection, generated: &GeneratedKey<'_>) -> QueryResult<KeyOrder> {
    let query = sql_query(COUNTS_UP).bind::<Text, _>(generated.table).bind::<Text, _>(generated.column.name);
    let counts_up = number::<Postgres>(connection, &query)? > 0;
    Ok(if counts_up { KeyOrder::Ascending } else { KeyOrder::Unknown })
}
