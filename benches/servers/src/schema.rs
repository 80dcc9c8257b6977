//! The table, its rows, and what both sides are to make of them.

use diesel::prelude::*;
use moored::prelude::*;

diesel::table! {
    users (id) {
        id -> Integer,
        name -> Text,
        email -> Text,
        bio -> Nullable<Text>,
        age -> Integer,
        created_at -> BigInt,
        version -> Integer,
    }
}

/// How many rows the table has.
pub(crate) const ROWS: usize = 10_000;
/// How many of them a part is.
pub(crate) const SOME: usize = 1_000;

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = users)]
pub(crate) struct User {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) bio: Option<String>,
    pub(crate) age: i32,
    pub(crate) created_at: i64,
    #[entity(version)]
    pub(crate) version: i32,
}

/// What plain Diesel inserts.
#[derive(Insertable, Clone)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(crate) struct UserRow {
    name: String,
    email: String,
    bio: Option<String>,
    age: i32,
    created_at: i64,
    version: i32,
}

impl UserRow {
    /// The rows that are inserted.
    pub(crate) fn all() -> Vec<Self> {
        (1..=ROWS as i32).map(Self::number).collect()
    }

    fn number(number: i32) -> Self {
        Self {
            name: format!("User number {number}"),
            email: format!("user{number}@example.com"),
            bio: (number % 3 == 0).then(|| format!("Has been here since day {number}, and stays.")),
            age: 18 + number % 60,
            created_at: 1_700_000_000 + i64::from(number),
            version: 1,
        }
    }

    /// The same for Moored, which gives the version itself.
    pub(crate) fn draft(self) -> NewUser {
        let draft = NewUser::new(self.name, self.email, self.age, self.created_at);
        match self.bio {
            Some(bio) => draft.bio(bio),
            None => draft,
        }
    }
}

/// The change of a row: two columns, another value in each.
pub(crate) fn change(user: &mut User) {
    user.age += 1;
    user.name = format!("User {} of {}", user.id, user.age);
}
