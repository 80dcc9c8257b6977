// Rejected: an upsert that goes by a column which is not declared unique.
// Because:  two rows may have the same name, so no row is the one that is meant.
// Instead:  accepted/bulk/many_rows_at_once.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.upsert(NewAuthor::new("Arya")).on_conflict(Author::BY_NAME).keep().execute()?;
        Ok(())
    })
}
