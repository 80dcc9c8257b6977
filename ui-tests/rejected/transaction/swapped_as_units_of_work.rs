// Rejected: swapping two transactions as the units of work that services see.
// Because:  a unit of work has no size of its own to be moved by.
// Instead:  accepted/transaction/nested_with_handles_of_every_level.rs
use moored::prelude::*;
use shop::*;

fn swap<'s>(one: &mut UnitOfWork<'s, Sqlite>, other: &mut UnitOfWork<'s, Sqlite>) {
    std::mem::swap(one, other);
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|tx| {
            println!("{tx:?}");
            Ok(())
        })?;
        let _ = swap;
        Ok(())
    })
}
