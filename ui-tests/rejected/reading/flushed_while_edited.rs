// Rejected: flushing while an entity is open for edit.
// Because:  the flush would write half of an edit.
// Instead:  accepted/reading/edit_is_the_way_to_change.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.edit(&arya)?;
        session.flush()?;
        arya.name = "No One".into();
        Ok(())
    })
}
