//! Values that no row has, for rows that wait for a unique value in a column that takes no NULL.

use std::any::TypeId;

use diesel::mysql::sql_types::{Datetime, Unsigned};
use diesel::sql_types::{BigInt, Binary, Date, Double, Float, Integer, Numeric, SmallInt, Text, Timestamp};

/// An expression that the column takes, made from its quoted name.
///
/// Numbers and dates lie where a column of keys or places seldom goes, and at random there. A text keeps its length, which
/// the column may limit, and is of characters for private use, of which there are 6,400; bytes keep theirs.
pub(crate) fn of(name: &str, sql_type: TypeId) -> Option<String> {
    let is = |other: TypeId| sql_type == other;
    let expression = if is(TypeId::of::<SmallInt>()) {
        "-1 - FLOOR(RAND() * 32767)".to_owned()
    } else if is(TypeId::of::<Integer>()) {
        "-1 - FLOOR(RAND() * 2147483647)".to_owned()
    } else if is(TypeId::of::<BigInt>()) {
        "-1 - FLOOR(RAND() * 9007199254740991)".to_owned()
    } else if is(TypeId::of::<Unsigned<SmallInt>>()) {
        "65535 - FLOOR(RAND() * 32767)".to_owned()
    } else if is(TypeId::of::<Unsigned<Integer>>()) {
        "4294967295 - FLOOR(RAND() * 2147483647)".to_owned()
    } else if is(TypeId::of::<Unsigned<BigInt>>()) {
        "18446744073709551615 - FLOOR(RAND() * 9007199254740991)".to_owned()
    } else if is(TypeId::of::<Float>()) || is(TypeId::of::<Double>()) || is(TypeId::of::<Numeric>()) {
        format!("{name} - 1 - RAND()")
    } else if is(TypeId::of::<Text>()) {
        // There is no loop in an expression: as many of sixteen random characters as the text has.
        let characters =
            vec!["CHAR(0xEE8080 + FLOOR(RAND() * 63) + 256 * FLOOR(RAND() * 63) USING utf8mb4)"; 16];
        format!("LEFT(CONCAT({}), GREATEST(CHAR_LENGTH({name}), 1))", characters.join(", "))
    } else if is(TypeId::of::<Binary>()) {
        format!("LEFT(UNHEX(SHA2(RAND(), 512)), GREATEST(LENGTH({name}), 1))")
    } else if is(TypeId::of::<Timestamp>()) || is(TypeId::of::<Datetime>()) {
        format!("{name} - INTERVAL FLOOR(1 + RAND() * 500000000) SECOND")
    } else if is(TypeId::of::<Date>()) {
        format!("{name} - INTERVAL FLOOR(1 + RAND() * 365242) DAY")
    } else {
        return None;
    };
    Some(expression)
}
