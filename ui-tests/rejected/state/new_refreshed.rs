// Rejected: refreshing an entity that has no row yet.
// Because:  refresh re-reads a row; a New entity has none until the flush.
// Instead:  accepted/state/promoted_after_the_flush.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.refresh(&sansa)
    })
}
