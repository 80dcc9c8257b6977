//! Moored: an identity map and a unit of work on Diesel, checked by the compiler.
#![allow(missing_docs, dead_code, unused_imports, reason = "contract under construction")]

pub mod backend;
pub mod entity;
pub mod handle;
pub mod order;
pub mod statement;

extern crate self as moored;
