// Rejected: an upsert that goes by a unique set of another entity.
// Because:  the set is of another table.
// Instead:  accepted/bulk/many_rows_at_once.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let tag = Tag { name: "war".into(), color: "black".into() };
        session.upsert(tag).on_conflict(Author::BY_EMAIL).keep().execute()?;
        Ok(())
    })
}
