// Rejected: locking the rows of a query outside of a transaction.
// Because:  a lock is held until the transaction ends; where none is open it would end with its own statement.
// Instead:  accepted/lock/query_in_a_transaction.rs
use moored::Lock;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.query::<Author>(authors::table).lock(Lock::UPDATE).all()?;
        Ok(())
    })
}
