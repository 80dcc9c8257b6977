// Rejected: persisting a row that is there.
// Because:  its row is in the database; an edit alone makes the flush write it.
// Instead:  accepted/state/managed_edited_and_flushed.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.persist(arya)?;
        session.flush()
    })
}
