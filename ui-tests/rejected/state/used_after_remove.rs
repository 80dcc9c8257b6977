// Rejected: using the handle that `remove` took.
// Because:  it says `Managed`, which is no longer so.
// Instead:  accepted/state/read_after_remove.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.remove(arya)?;
        session.edit(&arya)?.name = "No One".into();
        session.flush()
    })
}
