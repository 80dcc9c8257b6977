// Rejected: swapping a transaction with its session.
// Because:  they are two types, and the session is borrowed while the transaction is open.
// Instead:  accepted/transaction/outer_handle_used_inside.rs

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|tx| {
            std::mem::swap(session, tx);
            Ok(())
        })
    })
}
