//! Values of columns: money that is exact, and every type's form in JSON.

use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive};
use chrono::NaiveDateTime;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::mysql::{Mysql, MysqlValue};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Double, Numeric};
use diesel::sqlite::{Sqlite, SqliteValue};
use moored::entity::{IntoKey, Key, Model};
use serde_json::Value;

/// An amount of money in hundredths, in a column that is `NUMERIC(10,2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Numeric)]
pub(crate) struct Cents(pub(crate) i64);

/// There such a column stores a binary fraction, or an integer where the amount is whole. The way there and back is exact
/// all the same: what is bound is the double nearest to the amount, which for all amounts below 2^46 is the nearest double
/// of no other amount of cents.
impl ToSql<Numeric, Sqlite> for Cents {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0 as f64 / 100.0);
        Ok(IsNull::No)
    }
}

impl FromSql<Numeric, Sqlite> for Cents {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let amount = <f64 as FromSql<Double, Sqlite>>::from_sql(value)?;
        let cents = (amount * 100.0).round();
        if cents.abs() < 2_f64.powi(46) && (cents / 100.0 - amount).abs() < 1e-9 {
            Ok(Self(cents as i64))
        } else {
            Err(format!("{amount} is not a number of cents").into())
        }
    }
}

impl ToSql<Numeric, Pg> for Cents {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Numeric, Pg>::to_sql(&self.amount(), &mut out.reborrow())
    }
}

impl FromSql<Numeric, Pg> for Cents {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Self::of(&<BigDecimal as FromSql<Numeric, Pg>>::from_sql(value)?)
    }
}

impl ToSql<Numeric, Mysql> for Cents {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
        ToSql::<Numeric, Mysql>::to_sql(&self.amount(), &mut out.reborrow())
    }
}

impl FromSql<Numeric, Mysql> for Cents {
    fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
        Self::of(&<BigDecimal as FromSql<Numeric, Mysql>>::from_sql(value)?)
    }
}

impl Cents {
    /// The cents of an amount as it is written: `0.99`.
    pub(crate) fn written(amount: &str) -> Self {
        Self::of(&BigDecimal::from_str(amount).unwrap()).unwrap()
    }

    fn of(amount: &BigDecimal) -> deserialize::Result<Self> {
        let cents = amount * BigDecimal::from(100);
        match cents.to_i64() {
            Some(whole) if cents == whole => Ok(Self(whole)),
            _ => Err(format!("{amount} is not a number of cents").into()),
        }
    }

    fn amount(self) -> BigDecimal {
        BigDecimal::new(self.0.into(), 2)
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

const MOMENT: &str = "%Y-%m-%dT%H:%M:%S%.f";

impl Cell for NaiveDateTime {
    fn read(value: &Value) -> Self {
        Self::parse_from_str(value.as_str().unwrap(), MOMENT).unwrap()
    }

    fn write(&self) -> Value {
        self.format(MOMENT).to_string().into()
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
