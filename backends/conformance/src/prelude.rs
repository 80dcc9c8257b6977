//! What the behaviours have in scope.

pub use diesel::connection::SimpleConnection;
pub use diesel::prelude::*;
pub use moored::criteria::Criterion;
pub use moored::prelude::*;
pub use moored::{Error, Result};

pub use crate::entities::*;
pub use crate::schema::*;
pub use crate::uuid;
pub use crate::{Flavour, Harness, Nan, Statements, samples};
