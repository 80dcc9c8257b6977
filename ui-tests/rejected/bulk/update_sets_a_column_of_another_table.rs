// Rejected: a set-based update that sets a column of another table.
// Because:  Diesel knows the table of the column.
// Instead:  accepted/bulk/many_rows_at_once.rs
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.update_all::<Book>(books::table).set(authors::name.eq("Arya")).execute()?;
        Ok(())
    })
}
