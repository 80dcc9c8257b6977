// Rejected: having one entity open for edit twice.
// Because:  each is borrowed from the session, which lends itself once.
// Instead:  accepted/reading/edit_is_the_way_to_change.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let one = session.edit(&arya)?;
        let other = session.edit(&arya)?;
        one.name = "No One".into();
        other.name = "Cat".into();
        session.flush()
    })
}
