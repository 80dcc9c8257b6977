// Rejected: having two entities open for edit at once.
// Because:  each is borrowed from the session, which lends itself once.
// Instead:  accepted/reading/edit_is_the_way_to_change.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let jon = session.find::<Author>(2)?.required()?;
        let one = session.edit(&arya)?;
        let other = session.edit(&jon)?;
        std::mem::swap(&mut one.name, &mut other.name);
        session.flush()
    })
}
