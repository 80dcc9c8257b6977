//! Every type of value, and a row that is nothing but defaults.

use bigdecimal::BigDecimal;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;
use moored::Entity;
use serde::{Deserialize, Serialize};

use crate::schema::{measurements, parcels, prices, ticks};

/// A column of every type.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = measurements)]
pub struct Measurement {
    #[entity(key, generated)]
    pub id: i32,
    pub double: f64,
    pub single: f32,
    pub small: i16,
    pub large: i64,
    pub flag: bool,
    pub bytes: Vec<u8>,
    pub text: String,
    pub remark: Option<String>,
    pub taken_at: NaiveDateTime,
    pub day: NaiveDate,
    pub hour: NaiveTime,
    pub detail: serde_json::Value,
    pub estimate: Option<f64>,
}

/// A decimal number, which SQLite keeps as a binary one.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = prices)]
pub struct Price {
    #[entity(key, generated)]
    pub id: i32,
    pub amount: BigDecimal,
    pub note: String,
}

/// A row that a caller need not say anything of.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = ticks)]
pub struct Tick {
    #[entity(key, generated)]
    pub id: i32,
    #[entity(default)]
    pub label: String,
    #[entity(default)]
    pub count: i32,
    #[entity(default)]
    pub comment: Option<String>,
}

/// A row with a column that the database works out of others.
#[derive(Entity, Queryable, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[diesel(table_name = parcels)]
pub struct Parcel {
    #[entity(key, generated)]
    pub id: i32,
    pub width: i32,
    pub height: i32,
    #[entity(generated)]
    pub area: i32,
    #[entity(version)]
    pub version: i32,
}
