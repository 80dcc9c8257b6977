// Rejected: a set-based delete with an order and a limit.
// Because:  not every database has one, and none says which rows it was.
// Instead:  accepted/bulk/many_rows_at_once.rs
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.delete_all::<Book>(books::table.order(books::pages).limit(1)).execute()?;
        Ok(())
    })
}
