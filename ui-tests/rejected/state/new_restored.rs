// Rejected: restoring an entity that has no row yet.
// Because:  only what is removed can be restored.
// Instead:  accepted/state/restore_before_the_flush.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        let _sansa = session.restore(sansa)?;
        Ok(())
    })
}
