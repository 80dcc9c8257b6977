// Rejected: persisting what was persisted.
// Because:  a draft goes in once, and a `New` handle comes out.
// Instead:  accepted/state/promoted_after_the_flush.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.persist(sansa)?;
        session.flush()
    })
}
