// Rejected: a set-based update that is never executed.
// Because:  it is a description until then, and `#[must_use]`.
// Instead:  accepted/bulk/many_rows_at_once.rs
#![deny(unused_must_use)]
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.update_all::<Book>(books::table).set(books::pages.eq(0));
        Ok(())
    })
}
