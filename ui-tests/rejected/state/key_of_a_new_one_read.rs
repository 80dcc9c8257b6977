// Rejected: reading the key of an entity that has no row yet.
// Because:  the database makes the key when the row is written.
// Instead:  accepted/state/promoted_after_the_flush.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        println!("{:?}", session.key(&sansa));
        Ok(())
    })
}
