//! The rows as entities. They are `Queryable` as before, so that functions of either kind can load them.

use diesel::prelude::*;
use moored::prelude::*;

use crate::schema::{books, loans, members};

/// A member.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = members)]
pub struct Member {
    /// Made by the database.
    #[entity(key, generated)]
    pub id: i32,
    /// Who it is.
    pub name: String,
    /// What is owed.
    pub fines_cents: i32,
}

/// A book.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = books)]
pub struct Book {
    /// Made by the database.
    #[entity(key, generated)]
    pub id: i32,
    /// What it is called.
    pub title: String,
    /// How many are on the shelf.
    pub copies: i32,
}

/// A book that a member has, or had.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = loans)]
pub struct Loan {
    /// Made by the database.
    #[entity(key, generated)]
    pub id: i32,
    /// Which book.
    #[entity(belongs_to = Book)]
    pub book_id: Key<Book>,
    /// Who has it.
    #[entity(belongs_to = Member)]
    pub member_id: Key<Member>,
    /// Whether it is not back yet.
    pub is_out: bool,
}
