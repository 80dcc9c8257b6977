//! Entities with versions of every kind, and one without.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use moored::Entity;
use serde::{Deserialize, Serialize};

use crate::schema::{accounts, authors, large_versions, leases, notes, seats, small_versions};

/// A number that several writers add to. The database refuses a negative balance.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = accounts)]
pub struct Account {
    #[entity(key, generated)]
    pub id: i32,
    pub balance: i64,
    #[entity(version)]
    pub version: i32,
}

/// An author whose email does not count for the version.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = authors)]
pub struct Fan {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
    #[entity(unversioned)]
    pub email: Option<String>,
    #[entity(version)]
    pub version: i32,
}

/// A version that is a point in time.
#[derive(Entity, Queryable, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[diesel(table_name = leases)]
pub struct Lease {
    #[entity(key, generated)]
    pub id: i32,
    pub holder: String,
    #[entity(version)]
    pub touched_at: NaiveDateTime,
}

/// No version, no relation, few columns, one of which is not for those who are sent it.
#[derive(Entity, Queryable, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[diesel(table_name = notes)]
pub struct Note {
    #[entity(key, generated)]
    pub id: i32,
    pub text: String,
    #[serde(skip)]
    pub stars: i32,
}

/// A version of two bytes.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = small_versions)]
pub struct SmallVersion {
    #[entity(key, generated)]
    pub id: i32,
    pub text: String,
    #[entity(version)]
    pub version: i16,
}

/// A version of eight bytes.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = large_versions)]
pub struct LargeVersion {
    #[entity(key, generated)]
    pub id: i32,
    pub text: String,
    #[entity(version)]
    pub version: i64,
}

/// A key of two columns that the client makes, and a version.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = seats)]
pub struct Seat {
    #[entity(key)]
    pub venue: String,
    #[entity(key)]
    pub number: i32,
    pub holder: Option<String>,
    #[entity(version)]
    pub version: i32,
}
