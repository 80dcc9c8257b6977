//! What most programs need: `use moored::prelude::*;`

pub use crate::backend::Backend;
pub use crate::criteria::Select;
pub use crate::entity::{Entity, Key, Link, UniqueSet};
pub use crate::handle::{Handle, Managed, New, Reference, Removed};
pub use crate::orm::Orm;
pub use crate::relation::Relation as _;
pub use crate::session::{
    Detached, FlushMode, ReadSession, Required, Scope, Session, Transaction, UnitOfWork,
};
pub use moored_derive::Entity;
