// Rejected: using the session while its transaction is open.
// Because:  the transaction has the session's rows and its connection until it ends.
// Instead:  accepted/transaction/outer_handle_used_inside.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| {
            session.edit(&arya)?.name = "No One".into();
            tx.flush()
        })
    })
}
