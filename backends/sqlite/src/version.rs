//! The version after one, in SQL.

use std::any::TypeId;

use diesel::sql_types::{BigInt, Integer, SmallInt, Timestamp};

/// A whole number goes up by one. A moment is now, or a microsecond after the last where that is not before: the clock counts
/// milliseconds here, and text is compared.
///
/// A version is found by its text, so this one has to be what Diesel binds, which leaves out zeros at the end of a second's
/// part by threes. It never ends in three of them: a moment that would is put off by a microsecond.
pub(crate) fn next(name: &str, sql_type: TypeId) -> Option<String> {
    if [TypeId::of::<SmallInt>(), TypeId::of::<Integer>(), TypeId::of::<BigInt>()].contains(&sql_type) {
        return Some(format!("{name} + 1"));
    }
    if sql_type != TypeId::of::<Timestamp>() {
        return None;
    }
    let now = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '001'";
    let second = format!("substr({name}, 1, 19)");
    let micros = format!("CAST(substr(substr({name}, 21) || '000000', 1, 6) AS INTEGER)");
    Some(format!(
        "CASE WHEN {name} < {now} THEN {now} \
         WHEN {micros} = 999999 THEN datetime({second}, '+1 second') || '.000001' \
         ELSE {second} || printf('.%06d', {micros} + CASE {micros} % 1000 WHEN 999 THEN 2 ELSE 1 END) END"
    ))
}
