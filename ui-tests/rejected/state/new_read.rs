// Rejected: reading an entity that has no row yet.
// Because:  a New entity has no row before the flush.
// Instead:  accepted/state/new_read_as_its_draft.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        println!("{}", session[&sansa].name);
        Ok(())
    })
}
