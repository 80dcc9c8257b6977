// Rejected: swapping a transaction with the one around it.
// Because:  each has a brand of its own, and the outer one is borrowed.
// Instead:  accepted/transaction/nested_with_handles_of_every_level.rs

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|outer| {
            outer.transaction(|inner| {
                std::mem::swap(outer, inner);
                Ok(())
            })
        })
    })
}
