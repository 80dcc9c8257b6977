//! Moored: an identity map and a unit of work on Diesel, checked by the compiler.
//!
//! A [`Session`] keeps every row that it meets once, as a plain struct. A program edits those structs, persists drafts
//! and removes rows; a [`flush`](UnitOfWork::flush) works out what differs and writes it in one transaction, in an order
//! that foreign keys and unique columns accept. Rows are reached through a [`Handle`], whose type says which session it
//! is of and which state the row is in, so that the usual mistakes with these patterns do not compile.
//!
//! ```
//! use diesel::prelude::*;
//! use moored::prelude::*;
//! use moored_sqlite::Sqlite;
//!
//! diesel::table! { authors (id) { id -> Integer, name -> Text } }
//! diesel::table! { books (id) { id -> Integer, title -> Text, author_id -> Integer } }
//!
//! #[derive(Entity, Queryable, Clone, Debug)]
//! #[diesel(table_name = authors)]
//! struct Author {
//!     #[entity(key, generated)]
//!     id: i32,
//!     name: String,
//! }
//!
//! #[derive(Entity, Queryable, Clone, Debug)]
//! #[diesel(table_name = books)]
//! struct Book {
//!     #[entity(key, generated)]
//!     id: i32,
//!     title: String,
//!     #[entity(belongs_to = Author)]
//!     author_id: Key<Author>,
//! }
//!
//! fn main() -> moored::Result<()> {
//!     let orm = Orm::<Sqlite>::connect(":memory:")?;
//! #   orm.with_connection(|connection| {
//! #       diesel::connection::SimpleConnection::batch_execute(
//! #           connection,
//! #           "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
//! #            CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL,
//! #               author_id INTEGER NOT NULL REFERENCES authors);",
//! #       )
//! #       .map_err(moored::Error::from)
//! #   })?;
//!     orm.session(|session| {
//!         let ursula = session.persist(NewAuthor::new("Ursula"))?; // Handle<'_, Author, New>
//!         let book = session.persist(NewBook::new("Earthsea", &ursula))?; // linked to a row without a key
//!         session.flush()?; // BEGIN, INSERT author, INSERT book, COMMIT
//!
//!         let (ursula, book) = session.promote((&ursula, &book))?; // Handle<'_, _, Managed>, no SQL
//!         assert_eq!(session[&book].author_id, session.key(&ursula));
//!
//!         session.edit(&book)?.title = "A Wizard of Earthsea".into(); // a plain &mut Book
//!         session.flush() // UPDATE of that one column
//!     })
//! }
//! ```
//!
//! # States
//!
//! The state of a handle is a type parameter, and a verb that changes it takes the handle by value.
//!
//! ```text
//! NewAuthor ---persist---> New -------flush, promote---> Managed
//! Author ------persist---------------------------------> Managed       (none of its columns is the database's to fill)
//! key ---------reference-> Reference ----------load----> Managed
//! Managed -----remove----> Removed -----------flush----> Removed       (deleted, and still readable)
//! Removed -----restore---> Managed
//! Managed, Removed --------detach----------------------> Detached
//! Detached ----attach or merge-------------------------> Managed
//! New ---------detach----> NewAuthor
//! New ---------remove----> nothing, it is forgotten
//! Reference ---remove----> nothing to hold, the row of that key is deleted by the flush
//! ```
//!
//! | | [`New`] | [`Managed`] | [`Removed`] | [`Reference`] | [`Detached`] |
//! |---|---|---|---|---|---|
//! | what it is | accepted draft, row not written | row of the session | deletion scheduled | row known by key | owned value, no session |
//! | read | [`draft`](UnitOfWork::draft) | `session[&handle]` | `session[&handle]` | - | [`get`](Detached::get) |
//! | edit | [`edit_draft`](UnitOfWork::edit_draft) | [`edit`](UnitOfWork::edit) | - | - | [`get_mut`](Detached::get_mut) |
//! | [`link`](UnitOfWork::link) a relation of it | yes | yes | - | - | - |
//! | be linked to | yes | yes | - | yes | - |
//! | [`refresh`](UnitOfWork::refresh), [`expect_version`](UnitOfWork::expect_version), [`lock`](UnitOfWork::lock) in a transaction | - | yes | - | - | - |
//!
//! # Who may do what
//!
//! A service takes `&mut UnitOfWork<'s, B>`: it reads and changes entities. [`Session`], [`Transaction`] and [`Scope`]
//! coerce to it; they alone flush, open transactions and scopes, and reach the connection; a `Transaction` alone locks rows. [`ReadSession`]
//! reads.
//! Where `B` is known, [`query`](UnitOfWork::query) takes any Diesel query; generic code has [`criteria`].
//!
//! # Stages
//!
//! A flush goes through these, in this order, one folder of the sources each:
//!
//! | stage | takes | gives |
//! |---|---|---|
//! | `session` | a verb | a change to a slot |
//! | `identity` | keys and rows | one slot a row, and what a rollback puts back |
//! | `change` | slots that were touched | rows to insert, update, delete, column by column |
//! | [`order`] | those rows without their values | a plan: steps that every immediate constraint accepts |
//! | `statement` | a step and its rows | one Diesel query fragment for many rows |
//! | [`backend`] | a statement | what the database did, and what its error means |
//!
//! `ARCHITECTURE.md` follows one flush through them, and `docs/guide.md` is the guide for users.

pub mod backend;
pub mod bulk;
mod change;
mod connections;
pub mod context;
pub mod criteria;
mod database;
pub mod entity;
mod error;
pub mod event;
pub mod handle;
mod identity;
mod log;
pub mod metrics {
    //! What an [`Orm`](crate::Orm) counts and times, for a program's own metrics.

    pub use crate::observe::{Counter, Metrics, Timer};
}
mod observe;
pub mod order;
mod orm;
mod pool;
pub mod prelude;
pub mod relation;
mod replicas;
pub mod schema;
#[cfg(feature = "serde")]
mod serialized;
mod session;
#[doc(hidden)]
pub use session::Cascade;
#[doc(hidden)]
pub mod statement;
mod stop;
mod watch;

pub use backend::{Backend, Isolation, Lock, Propagation, TransactionOptions};
pub use entity::{Entity, Key};
pub use error::{Error, Result, RowName, Unflushed, UnflushedEntity};
pub use handle::{Handle, Managed, New, Reference, Removed};
pub use log::StatementLog;
#[doc(hidden)]
pub use log::unexpected_statements;
/// # Example
///
/// ```
/// use diesel::prelude::*;
/// use moored::entity::{Key, Model};
/// use moored::Entity;
///
/// diesel::table! { authors (id) { id -> Integer, name -> Text } }
/// diesel::table! { books (id) { id -> Integer, title -> Text, author_id -> Integer, isbn -> Nullable<Text> } }
///
/// #[derive(Entity, Queryable, Clone, Debug)]
/// #[diesel(table_name = authors)]
/// struct Author {
///     #[entity(key, generated)]
///     id: i32,
///     name: String,
/// }
///
/// #[derive(Entity, Queryable, Clone, Debug)]
/// #[diesel(table_name = books)]
/// struct Book {
///     #[entity(key, generated)]
///     id: i32,
///     title: String,
///     #[entity(belongs_to = Author)]
///     author_id: Key<Author>,
///     #[entity(unique)]
///     isbn: Option<String>,
/// }
///
/// let needle = NewBook::new("Needle", Key::<Author>::new(7)).isbn("0-00-000000-0");
/// assert_eq!(needle.title, "Needle");
/// assert_eq!(Book::meta().relations[0].name, "author");
/// ```
pub use moored_derive::Entity;
#[cfg(feature = "tokio")]
pub use orm::RunLimits;
pub use orm::{Orm, OrmBuilder, Retry};
pub use session::{
    Authority, Collection, Detached, EntityQuery, EventSession, FlushAuthority, FlushMode, FlushPlan,
    LockAuthority, LockedQuery, Promote, Query, QueryWith, ReadSession, Removable, Required, Resolution,
    Scope, Session, Tables, Transaction, UnitOfWork,
};

// The derive writes `::moored::..`, in this crate's own tests as well.
extern crate self as moored;

/// The README's example is a test of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
