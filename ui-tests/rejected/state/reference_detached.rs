// Rejected: detaching a row that is known by its key alone.
// Because:  of a reference the session knows the key alone.
// Instead:  accepted/state/reference_loaded_and_edited.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.reference::<Author>(1)?;
        let _arya = session.detach(arya)?;
        Ok(())
    })
}
