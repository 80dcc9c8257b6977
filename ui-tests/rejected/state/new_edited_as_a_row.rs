// Rejected: editing an entity that has no row yet as if it had.
// Because:  a New entity has no row before the flush.
// Instead:  accepted/state/new_read_as_its_draft.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.edit(&sansa)?.name = "Alayne".into();
        session.flush()
    })
}
