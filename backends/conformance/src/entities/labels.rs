//! Keys that the client makes: a text, a composite of two relations, a type of its own, and names that are keywords.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Binary, Text};
use moored::{Entity, Key};

use super::{Author, Book};
use crate::schema::{book_tags, co_authors, devices, places, settings, tags};

/// A text key; the whole value is the caller's.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = tags)]
pub struct Tag {
    #[entity(key)]
    pub label: String,
    pub color: String,
}

/// A link table: the key is two relations.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = book_tags)]
pub struct BookTag {
    #[entity(key, belongs_to = Book)]
    pub book_id: Key<Book>,
    #[entity(key, belongs_to = Tag, name = tag)]
    pub tag_label: Key<Tag>,
    pub weight: i32,
}

/// A link table of two relations and nothing else.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = co_authors)]
pub struct CoAuthor {
    #[entity(key, belongs_to = Book)]
    pub book_id: Key<Book>,
    #[entity(key, belongs_to = Author)]
    pub author_id: Key<Author>,
}

/// A tree whose keys the client makes, and whose rows are deleted one by one.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = places)]
pub struct Place {
    #[entity(key)]
    pub code: String,
    #[entity(belongs_to = Place, name = parent)]
    pub within: Option<Key<Place>>,
    #[entity(version)]
    pub version: i32,
}

/// A key of a type of its own, and a column that is an enumeration.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = devices)]
pub struct Device {
    #[entity(key)]
    pub id: DeviceId,
    pub name: String,
    pub kind: DeviceKind,
}

/// A table and columns that are named by keywords.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = settings)]
pub struct Setting {
    #[entity(key)]
    pub id: i32,
    #[diesel(column_name = order_)]
    pub rank: i32,
    #[diesel(column_name = group_)]
    pub r#in: Option<String>,
    pub value: String,
}

/// A UUID, stored as bytes.
#[derive(AsExpression, FromSqlRow, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[diesel(sql_type = Binary)]
pub struct DeviceId(pub uuid::Uuid);

impl<DB: Backend> ToSql<Binary, DB> for DeviceId
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_bytes().as_slice().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for DeviceId
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(uuid::Uuid::from_slice(&Vec::from_sql(bytes)?)?))
    }
}

/// An enumeration, stored as text.
#[derive(AsExpression, FromSqlRow, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[diesel(sql_type = Text)]
pub enum DeviceKind {
    Phone,
    Tablet,
}

impl<DB: Backend> ToSql<Text, DB> for DeviceKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        match self {
            Self::Phone => "phone".to_sql(out),
            Self::Tablet => "tablet".to_sql(out),
        }
    }
}

impl<DB: Backend> FromSql<Text, DB> for DeviceKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        match String::from_sql(bytes)?.as_str() {
            "phone" => Ok(Self::Phone),
            "tablet" => Ok(Self::Tablet),
            other => Err(format!("no kind of device: {other}").into()),
        }
    }
}
