// Rejected: refreshing a detached value.
// Because:  a detached value is of no session; `merge` or `attach` makes it a row of one.
// Instead:  accepted/state/detached_edited_and_merged.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let detached = session.detach(arya)?;
        session.refresh(&detached)
    })
}
