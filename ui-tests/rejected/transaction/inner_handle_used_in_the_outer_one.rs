// Rejected: using a handle of an inner transaction in the outer one.
// Because:  a rollback forgets what was made inside, so its handles end with it.
// Instead:  accepted/transaction/nested_with_handles_of_every_level.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|outer| {
            let arya = outer.transaction(|inner| inner.find::<Author>(1)?.required())?;
            outer.edit(&arya)?.name = "No One".into();
            Ok(())
        })
    })
}
