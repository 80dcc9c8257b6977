//! Statements that write at once, beside the flush: what [`update_all`](crate::UnitOfWork::update_all),
//! [`delete_all`](crate::UnitOfWork::delete_all) and [`upsert`](crate::UnitOfWork::upsert) lead to.

pub use crate::session::{
    Changes, Filter, Many, OnConflict, One, Outcome, Ready, SetStatement, UpdateAll, UpdateWhere, Upsert,
};
