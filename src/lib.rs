//! Moored: an identity map and a unit of work on Diesel, checked by the compiler.

#![allow(missing_docs, reason = "under construction")]

pub mod backend;
mod change;
pub mod entity;
mod error;
pub mod handle;
mod identity;
mod log;
pub mod order;
mod orm;
pub mod prelude;
mod session;
#[doc(hidden)]
pub mod statement;

pub use backend::Backend;
pub use entity::{Entity, Key};
pub use error::{Error, Result, RowName, Unflushed, UnflushedEntity};
pub use handle::{Handle, Managed, New, Reference, Removed};
pub use log::StatementLog;
pub use moored_derive::Entity;
pub use orm::{Orm, OrmBuilder};
pub use session::{
    Authority, Detached, EntityQuery, FlushAuthority, FlushMode, FlushPlan, Promote, Query, ReadSession,
    Removable, Required, Scope, Session, Transaction, UnitOfWork,
};

// The derive writes `::moored::..`, in this crate's own tests as well.
extern crate self as moored;
