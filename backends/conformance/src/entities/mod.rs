//! The entities of the suite, one for each shape that a row can have.

mod cascades;
mod circles;
mod halls;
mod labels;
mod library;
mod lists;
mod locking;
mod values;

pub use cascades::*;
pub use circles::*;
pub use halls::*;
pub use labels::*;
pub use library::*;
pub use lists::*;
pub use locking::*;
pub use values::*;
