//! Criteria on typed fields: simple queries that need no bound beyond `E: Entity<B>`, for code that is generic over the
//! backend.
//!
//! Where the backend is known, any Diesel query does, see [`UnitOfWork::query`](crate::UnitOfWork::query).

mod assignments;
mod criterion;
mod field;
mod fields;
mod related;
mod select;
mod text;

pub use assignments::Assignments;
pub use criterion::Criterion;
pub use field::{Field, Order};
pub use fields::Fields;
pub(crate) use related::Related;
pub use select::Select;
