// Rejected: persisting a row that is removed.
// Because:  `persist` takes drafts and values; what is to come back is restored.
// Instead:  accepted/state/restore_before_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.remove(arya)?;
        session.persist(arya)?;
        session.flush()
    })
}
