//! Which declared types fit a column, by the name that the server has for its type.

use std::any::TypeId;

use diesel::mysql::MysqlType;
use diesel::sql_types::Json;
use moored::entity::ColumnMeta;

pub(crate) fn fits(column: &ColumnMeta, declared: MysqlType, sql_type: &str) -> bool {
    let sql_type = sql_type.to_ascii_lowercase();
    let name = sql_type.split(['(', ' ']).next().unwrap_or_default();
    let is = |names: &[&str]| names.contains(&name);
    let whole = |names: &[&str], unsigned: bool| is(names) && sql_type.contains("unsigned") == unsigned;
    // Json is sent as a text. MariaDB has it as one, with a check.
    if (column.sql_type)() == TypeId::of::<Json>() {
        return is(&["json", "longtext"]);
    }
    match declared {
        MysqlType::Tiny => whole(&["tinyint"], false),
        MysqlType::UnsignedTiny => whole(&["tinyint"], true),
        MysqlType::Short => whole(&["smallint", "year"], false),
        MysqlType::UnsignedShort => whole(&["smallint"], true),
        MysqlType::Long => whole(&["int", "mediumint"], false),
        MysqlType::UnsignedLong => whole(&["int", "mediumint"], true),
        MysqlType::LongLong => whole(&["bigint"], false),
        MysqlType::UnsignedLongLong => whole(&["bigint"], true),
        MysqlType::Float => is(&["float"]),
        MysqlType::Double => is(&["double"]),
        MysqlType::Numeric => is(&["decimal"]),
        MysqlType::Time => is(&["time"]),
        MysqlType::Date => is(&["date"]),
        // Diesel's `Timestamp` stands for both.
        MysqlType::DateTime | MysqlType::Timestamp => is(&["datetime", "timestamp"]),
        MysqlType::String => is(&[
            "char",
            "varchar",
            "tinytext",
            "text",
            "mediumtext",
            "longtext",
            "enum",
            "set",
            "uuid",
            "inet6",
            "inet4",
        ]),
        MysqlType::Blob => is(&["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"]),
        MysqlType::Bit => is(&["bit"]),
        MysqlType::Set => is(&["set"]),
        MysqlType::Enum => is(&["enum"]),
        // A type that Diesel came to know later.
        _ => true,
    }
}
