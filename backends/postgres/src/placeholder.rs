//! Values that no row has, for rows that wait for a unique value in a column that takes no NULL.

use std::any::TypeId;

use diesel::pg::sql_types::{Bytea, Timestamptz, Uuid};
use diesel::sql_types::{BigInt, Date, Double, Float, Integer, Numeric, SmallInt, Text, Timestamp};

/// An expression of the column's type, made from its quoted name.
///
/// Numbers and dates lie where a column of keys or places seldom goes, and at random there. A text keeps its length, which
/// the column may limit, and is of characters for private use, of which there are 6,400.
pub(crate) fn of(name: &str, sql_type: TypeId) -> Option<String> {
    let is = |other: TypeId| sql_type == other;
    let expression = if is(TypeId::of::<SmallInt>()) {
        "(-1 - floor(random() * 32767))::smallint".to_owned()
    } else if is(TypeId::of::<Integer>()) {
        "(-1 - floor(random() * 2147483647))::integer".to_owned()
    } else if is(TypeId::of::<BigInt>()) {
        "(-1 - floor(random() * 9007199254740991))::bigint".to_owned()
    } else if is(TypeId::of::<Float>()) || is(TypeId::of::<Double>()) || is(TypeId::of::<Numeric>()) {
        format!("{name} - 1 - random()::numeric")
    } else if is(TypeId::of::<Text>()) {
        // A subquery would be computed once for all rows, unless it refers to each.
        format!(
            "(SELECT string_agg(chr(57344 + floor(random() * 6400)::integer), '') \
             FROM generate_series(1, greatest(length({name}), 1)))"
        )
    } else if is(TypeId::of::<Uuid>()) {
        "gen_random_uuid()".to_owned()
    } else if is(TypeId::of::<Bytea>()) {
        "decode(md5(random()::text), 'hex')".to_owned()
    } else if is(TypeId::of::<Timestamp>()) || is(TypeId::of::<Timestamptz>()) {
        format!("{name} - random() * interval '1000 years'")
    } else if is(TypeId::of::<Date>()) {
        format!("{name} - 1 - floor(random() * 365242)::integer")
    } else {
        return None;
    };
    Some(expression)
}
