//! Which declared types fit a column: SQLite keeps most values in any column, and bends some by the column's affinity.
//!
//! 1. A column without a type, or of the type `ANY`, takes every value as it is.
//! 2. A number fits what the rules of affinity call INTEGER, if it is as wide as the type says: Diesel cuts off what does not fit.
//! 3. A text, and what Diesel writes as one, fits TEXT. Where the affinity is NUMERIC a text that looks like a number becomes one;
//!    moments do not, so their own types fit them as well.
//!
//! <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>

use std::any::TypeId;

use diesel::sql_types::{Bool, Date, Json, Jsonb, Numeric, Text, Time, Timestamp};
use diesel::sqlite::SqliteType;
use moored::entity::ColumnMeta;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

fn affinity(sql_type: &str) -> Affinity {
    let has = |part: &str| sql_type.contains(part);
    if has("INT") {
        Affinity::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if has("BLOB") || sql_type.is_empty() {
        Affinity::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

pub(crate) fn fits(column: &ColumnMeta, declared: SqliteType, sql_type: &str) -> bool {
    let sql_type = sql_type.trim().to_ascii_uppercase();
    if sql_type.is_empty() || sql_type == "ANY" {
        return true;
    }
    let is = |other: TypeId| (column.sql_type)() == other;
    let (affinity, begins) = (affinity(&sql_type), |name: &str| sql_type.starts_with(name));
    let is_named = match affinity {
        _ if is(TypeId::of::<Date>()) => sql_type == "DATE",
        _ if is(TypeId::of::<Time>()) => sql_type == "TIME",
        _ if is(TypeId::of::<Timestamp>()) => begins("TIMESTAMP") || begins("DATETIME"),
        _ if is(TypeId::of::<Bool>()) => begins("BOOL"),
        _ if is(TypeId::of::<Json>()) => sql_type == "JSON",
        _ if is(TypeId::of::<Jsonb>()) => sql_type == "JSONB",
        _ if is(TypeId::of::<Numeric>()) => begins("NUMERIC") || begins("DECIMAL"),
        Affinity::Numeric => declared == SqliteType::Binary && !is_known(&sql_type),
        _ => false,
    };
    is_named
        || match declared {
            _ if is(TypeId::of::<Bool>()) => affinity == Affinity::Integer,
            SqliteType::SmallInt => affinity == Affinity::Integer && width(&sql_type) <= 16,
            SqliteType::Integer => affinity == Affinity::Integer && width(&sql_type) <= 32,
            SqliteType::Long => affinity == Affinity::Integer,
            SqliteType::Float | SqliteType::Double => {
                affinity == Affinity::Real || begins("NUMERIC") || begins("DECIMAL")
            }
            SqliteType::Text => affinity == Affinity::Text || begins("TIMESTAMP") && is_other_text(column),
            SqliteType::Binary => affinity == Affinity::Blob,
        }
}

/// Diesel has a type of its own for moments with a zone, and so may have a program.
fn is_other_text(column: &ColumnMeta) -> bool {
    let known = [TypeId::of::<Text>(), TypeId::of::<Date>(), TypeId::of::<Time>(), TypeId::of::<Json>()];
    !known.contains(&(column.sql_type)())
}

/// How many bits a whole number has by its type's name, as Diesel's CLI reads it.
fn width(sql_type: &str) -> u32 {
    let has = |part: &str| sql_type.contains(part);
    if has("TINY") || has("SMALL") || has("INT2") {
        16
    } else if has("BIG") || has("INT8") {
        64
    } else {
        32
    }
}

/// Whether the name is one that means a number or a moment.
fn is_known(sql_type: &str) -> bool {
    ["NUMERIC", "DECIMAL", "BOOL", "DATE", "TIME", "JSON"].iter().any(|name| sql_type.starts_with(name))
}
