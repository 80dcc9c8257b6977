// Rejected: reading a generated key before the row exists.
// Because:  the database makes it, so the draft has no such field.
// Instead:  accepted/state/promoted_after_the_flush.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        println!("{}", session.draft(&sansa)?.id);
        Ok(())
    })
}
