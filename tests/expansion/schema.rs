//! The tables and entities of the tests: every shape that the derive tells apart.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Binary, Text};
use moored::entity::Key;
use moored_derive::Entity;

diesel::table! {
    authors (id) { id -> Integer, name -> Text, mentor_id -> Nullable<Integer>, version -> Integer }
}

diesel::table! {
    books (id) {
        id -> Integer,
        title -> Text,
        author_id -> Integer,
        editor_id -> Nullable<Integer>,
        illustrator_id -> Nullable<Integer>,
        isbn -> Nullable<Text>,
        shelf -> Nullable<Integer>,
        position -> Integer,
        rating -> Double,
        created_at -> BigInt,
        note -> Nullable<Text>,
        language -> Text,
        views -> BigInt,
        title_length -> Nullable<Integer>,
        #[sql_name = "type"]
        type_ -> Text,
        version -> Integer,
    }
}

diesel::table! { tokens (id) { id -> Binary, label -> Text } }
diesel::table! { countries (code) { code -> Text, name -> Text } }
diesel::table! { memberships (author_id, country_code) { author_id -> Integer, country_code -> Text, since -> Integer } }
diesel::table! { visits (membership_author, day) { membership_author -> Integer, day -> Text, at -> Double } }
diesel::table! { profiles (author_id) { author_id -> Integer, bio -> Nullable<Text>, version -> BigInt } }
diesel::table! { halls (id) { id -> Integer, name -> Text } }
diesel::table! { stalls (hall_id, number) { hall_id -> Integer, number -> Integer, beside -> Nullable<Integer> } }
diesel::table! {
    tickets (id) {
        id -> Integer,
        hall_id -> Integer,
        number -> Integer,
        swap_hall -> Nullable<Integer>,
        swap_number -> Nullable<Integer>,
        other_number -> Nullable<Integer>,
        place -> Integer,
        replaced -> Nullable<Integer>,
    }
}
diesel::table! { passes (hall, number, day) { hall -> Integer, number -> Integer, day -> Integer } }
diesel::table! { plaques (hall_id, number) { hall_id -> Integer, number -> Integer, text -> Text } }
diesel::table! { stamps (id) { id -> BigInt, made -> Integer } }
diesel::table! {
    wide (c00) {
        c00 -> Integer, c01 -> Integer, c02 -> Integer, c03 -> Integer, c04 -> Integer, c05 -> Integer,
        c06 -> Integer, c07 -> Integer, c08 -> Integer, c09 -> Integer, c10 -> Integer, c11 -> Integer,
        c12 -> Nullable<Text>, c13 -> Nullable<Text>, c14 -> Nullable<Text>, c15 -> Nullable<Text>,
        c16 -> Nullable<Text>, c17 -> Double, c18 -> Double, c19 -> Double, c20 -> Text, c21 -> Text, c22 -> Text,
        c23 -> BigInt,
    }
}

#[derive(Entity, Queryable, Selectable, Clone, Debug, PartialEq)]
#[diesel(table_name = authors)]
pub struct Author {
    #[entity(key, generated)]
    pub id: i32,
    /// What the author is called.
    pub name: String,
    #[entity(belongs_to = Author)]
    pub mentor_id: Option<i32>,
    #[entity(version)]
    pub version: i32,
}

#[derive(AsExpression, FromSqlRow, Clone, Copy, Debug, PartialEq, Eq)]
#[diesel(sql_type = Text)]
pub enum Kind {
    Novel,
    Atlas,
}

impl<DB: Backend> ToSql<Text, DB> for Kind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        match self {
            Kind::Novel => "novel".to_sql(out),
            Kind::Atlas => "atlas".to_sql(out),
        }
    }
}

impl<DB: Backend> FromSql<Text, DB> for Kind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        match String::from_sql(bytes)?.as_str() {
            "novel" => Ok(Kind::Novel),
            "atlas" => Ok(Kind::Atlas),
            other => Err(format!("no kind `{other}`").into()),
        }
    }
}

#[derive(Entity, Queryable, Selectable, Clone, Debug, PartialEq)]
#[diesel(table_name = crate::schema::books)]
#[entity(unique(shelf, position), unique(title, title_length), unique(editor_id, language))]
pub struct Book {
    #[entity(key, generated)]
    pub id: i32,
    pub title: String,
    #[entity(belongs_to = Author)]
    pub author_id: Key<Author>,
    #[entity(belongs_to = Author, name = editor)]
    pub editor_id: Option<Key<Author>>,
    #[entity(belongs_to = crate::schema::Author, deferred)]
    pub illustrator_id: Option<i32>,
    #[entity(unique)]
    pub isbn: Option<String>,
    pub shelf: Option<i32>,
    pub position: i32,
    pub rating: f64,
    #[entity(default)]
    pub created_at: i64,
    #[entity(default)]
    pub note: Option<String>,
    #[entity(default)]
    pub language: String,
    #[entity(track = false)]
    pub views: i64,
    #[entity(generated)]
    pub title_length: Option<i32>,
    #[diesel(column_name = type_)]
    pub r#type: Kind,
    #[entity(version)]
    pub version: i32,
}

#[derive(AsExpression, FromSqlRow, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[diesel(sql_type = Binary)]
pub struct TokenId(pub uuid::Uuid);

impl<DB: Backend> ToSql<Binary, DB> for TokenId
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_bytes().as_slice().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for TokenId
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(uuid::Uuid::from_slice(&Vec::from_sql(bytes)?)?))
    }
}

/// A key that the client makes, of a type of its own, in an entity that has nothing else to fill.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = tokens)]
pub struct Token {
    #[entity(key)]
    pub id: TokenId,
    pub label: String,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = countries)]
pub struct Country {
    #[entity(key)]
    pub code: String,
    #[diesel(column_name = "name")]
    pub called: String,
}

/// A composite key whose parts refer to other rows.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = memberships)]
pub struct Membership {
    #[entity(key, belongs_to = Author)]
    pub author_id: Key<Author>,
    #[entity(key, belongs_to = Country, name = country)]
    pub country_code: Key<Country>,
    pub since: i32,
}

/// A composite key of a plain foreign key and a text.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = visits)]
pub struct Visit {
    #[entity(key, belongs_to = Author, name = author)]
    pub membership_author: i32,
    #[entity(key)]
    pub day: String,
    #[entity(default)]
    pub at: f64,
}

/// A key that is another entity's.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = profiles)]
pub struct Profile {
    #[entity(key, belongs_to = Author)]
    pub author_id: Key<Author>,
    pub bio: Option<String>,
    #[entity(version)]
    pub version: i64,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = halls)]
pub struct Hall {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
}

/// A part of the key is a relation, and is shared with one to a row of the same hall.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = stalls)]
#[entity(belongs_to(Stall, name = neighbour, columns(hall_id, beside)))]
pub struct Stall {
    #[entity(key, belongs_to = Hall)]
    pub hall_id: Key<Hall>,
    #[entity(key)]
    pub number: i32,
    pub beside: Option<i32>,
}

/// Relations of several columns: required, optional in all of its columns, of which two share one, and in one alone.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = tickets)]
#[entity(
    belongs_to(Stall, name = stall, columns(hall_id, number)),
    belongs_to(Stall, name = swap, columns(swap_hall, swap_number)),
    belongs_to(Stall, columns(swap_hall, other_number), deferred, name = other),
    belongs_to(crate::schema::Stall, name = replaces, columns(place, replaced)),
    unique(other_number, swap_hall)
)]
pub struct Ticket {
    #[entity(key, generated)]
    pub id: i32,
    pub hall_id: i32,
    pub number: i32,
    pub swap_hall: Option<Key<Hall>>,
    pub swap_number: Option<i32>,
    pub other_number: Option<i32>,
    /// The hall, whether the ticket replaces a stall of it or not.
    pub place: i32,
    pub replaced: Option<i32>,
}

/// The key begins with that of another row.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = passes)]
#[entity(belongs_to(Stall, name = stall, columns(hall, number)))]
pub struct Pass {
    #[entity(key)]
    pub hall: Key<Hall>,
    #[entity(key)]
    pub number: i32,
    #[entity(key)]
    pub day: i32,
}

/// The key is that of another row.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = plaques)]
#[entity(belongs_to(Stall, name = stall, columns(hall_id, number)))]
pub struct Plaque {
    #[entity(key)]
    pub hall_id: Key<Hall>,
    #[entity(key)]
    pub number: i32,
    pub text: String,
}

/// An entity that `new` asks nothing for, in a module where every column's name is a unit struct.
pub mod stamp {
    #[allow(unused_imports, reason = "only to have the columns' names in scope")]
    use super::stamps::dsl::*;
    use diesel::Queryable;

    #[derive(moored_derive::Entity, Queryable, Clone, Debug, PartialEq)]
    #[diesel(table_name = super::stamps)]
    pub struct Stamp {
        #[entity(key, generated)]
        pub id: i64,
        #[entity(default)]
        pub made: i32,
    }

    #[derive(moored_derive::Entity, Queryable, Clone, Debug, PartialEq)]
    #[diesel(table_name = super::stamps)]
    pub(crate) struct Given {
        #[entity(key)]
        pub(crate) id: i64,
        pub(crate) made: i32,
    }
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = wide)]
pub struct Wide {
    #[entity(key)]
    pub c00: i32,
    pub c01: i32,
    pub c02: i32,
    pub c03: i32,
    pub c04: i32,
    pub c05: i32,
    pub c06: i32,
    pub c07: i32,
    pub c08: i32,
    pub c09: i32,
    pub c10: i32,
    pub c11: i32,
    pub c12: Option<String>,
    pub c13: Option<String>,
    pub c14: Option<String>,
    pub c15: Option<String>,
    pub c16: Option<String>,
    pub c17: f64,
    pub c18: f64,
    pub c19: f64,
    pub c20: String,
    pub c21: String,
    pub c22: String,
    pub c23: i64,
}
