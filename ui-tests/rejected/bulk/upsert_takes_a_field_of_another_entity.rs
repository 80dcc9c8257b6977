// Rejected: an upsert that takes over a field of another entity.
// Because:  the field is of another table.
// Instead:  accepted/bulk/many_rows_at_once.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let tag = Tag { name: "war".into(), color: "black".into() };
        session.upsert(tag).on_conflict(UniqueSet::KEY).update((Tag::COLOR, Author::NAME)).execute()?;
        Ok(())
    })
}
