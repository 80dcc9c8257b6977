//! The shop: its entities, its rows, its services, and what is tested of them on every database.

mod compare;
mod data;
mod day;
mod drafts;
mod entities;
mod generated;
mod generated_tables;
mod load;
mod random;
mod services;
mod sql;
pub(crate) mod tests;
mod values;
mod walk;
