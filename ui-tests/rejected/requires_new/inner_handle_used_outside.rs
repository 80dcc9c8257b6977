// Rejected: a handle of a transaction on another connection, used in the session around it.
// Because:  the session has an identity map of its own, in which the row may be another.
// Instead:  accepted/requires_new/rows_found_by_their_keys.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.requires_new(|tx| tx.find::<Author>(1)?.required())?;
        session.edit(&arya)?.name = "No One".into();
        session.flush()
    })
}
