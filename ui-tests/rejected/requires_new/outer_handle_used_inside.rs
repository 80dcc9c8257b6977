// Rejected: a handle of a session in a transaction that is of another connection.
// Because:  the inner one commits on its own: a row of the outer one means nothing to it.
// Instead:  accepted/requires_new/rows_found_by_their_keys.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.requires_new(|tx| {
            tx.edit(&arya)?.name = "No One".into();
            Ok(())
        })
    })
}
