//! The statements of a flush as Diesel query fragments, and running them.

mod load;

#[doc(hidden)]
pub use load::load;
