//! Criteria on typed fields: simple queries that need no bound beyond `E: Entity<B>`, for code that is generic over the
//! backend.
//!
//! Where the backend is known, any Diesel query does, see [`UnitOfWork::query`](crate::UnitOfWork::query).

mod criterion;
mod field;
mod select;
mod text;

pub use criterion::Criterion;
pub use field::{Field, Order};
pub use select::Select;
