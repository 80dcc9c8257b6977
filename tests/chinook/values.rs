//! Values of columns: money that is exact, and every type's form in JSON.

use chrono::NaiveDateTime;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Double;
use diesel::sqlite::{Sqlite as SqliteDb, SqliteValue};
use moored::entity::{IntoKey, Key, Model};
use serde_json::Value;

/// An amount of money in hundredths.
///
/// `NUMERIC(10,2)` is no decimal on SQLite: the column stores a binary fraction (or an integer, where the amount is
/// whole). Cents are exact in memory, and the way there and back is exact too: the bound value is the double nearest to
/// the amount, which for all amounts below 2^46 is the nearest double of no other amount of cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Double)]
pub(crate) struct Cents(pub(crate) i64);

impl ToSql<Double, SqliteDb> for Cents {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, SqliteDb>) -> serialize::Result {
        out.set_value(self.0 as f64 / 100.0);
        Ok(IsNull::No)
    }
}

impl FromSql<Double, SqliteDb> for Cents {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let amount = <f64 as FromSql<Double, SqliteDb>>::from_sql(value)?;
        Self::of(amount).ok_or_else(|| format!("{amount} is not a number of cents").into())
    }
}

impl Cents {
    /// The cents of an amount that has two decimals at most.
    pub(crate) fn of(amount: f64) -> Option<Self> {
        let cents = (amount * 100.0).round();
        (cents.abs() < 2_f64.powi(46) && (cents / 100.0 - amount).abs() < 1e-9).then_some(Self(cents as i64))
    }
}

/// A column's value and its form in JSON, where money is a number of cents.
pub(crate) trait Cell: Sized {
    fn read(value: &Value) -> Self;
    fn write(&self) -> Value;
}

impl Cell for i32 {
    fn read(value: &Value) -> Self {
        value.as_i64().and_then(|number| number.try_into().ok()).unwrap()
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Cell for String {
    fn read(value: &Value) -> Self {
        value.as_str().unwrap().into()
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

impl Cell for Cents {
    fn read(value: &Value) -> Self {
        Self(value.as_i64().unwrap())
    }

    fn write(&self) -> Value {
        self.0.into()
    }
}

const MOMENT: &str = "%Y-%m-%dT%H:%M:%S%.f";

impl Cell for NaiveDateTime {
    fn read(value: &Value) -> Self {
        Self::parse_from_str(value.as_str().unwrap(), MOMENT).unwrap()
    }

    fn write(&self) -> Value {
        self.format(MOMENT).to_string().into()
    }
}

impl<E: Model<Key = i32>> Cell for Key<E>
where
    i32: IntoKey<E>,
{
    fn read(value: &Value) -> Self {
        Self::new(i32::read(value))
    }

    fn write(&self) -> Value {
        self.value().write()
    }
}

impl<T: Cell> Cell for Option<T> {
    fn read(value: &Value) -> Self {
        (!value.is_null()).then(|| T::read(value))
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }
}
