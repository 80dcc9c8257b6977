// Rejected: using the handle that `detach` took.
// Because:  the value has left the session.
// Instead:  accepted/state/detached_edited_and_merged.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let _detached = session.detach(arya)?;
        session.edit(&arya)?.name = "No One".into();
        session.flush()
    })
}
