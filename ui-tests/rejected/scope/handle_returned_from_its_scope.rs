// Rejected: returning a handle from a scope.
// Because:  the rows of a scope are forgotten at its end.
// Instead:  accepted/scope/return_what_was_worked_out.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.scope(|scope| scope.find::<Author>(1)?.required())?;
        println!("{}", session[&arya].name);
        Ok(())
    })
}
