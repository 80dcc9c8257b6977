// Rejected: persisting a detached value.
// Because:  its row is in the database; persisting would insert it again.
// Instead:  accepted/state/detached_edited_and_merged.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let detached = session.detach(arya)?;
        session.persist(detached)?;
        session.flush()
    })
}
