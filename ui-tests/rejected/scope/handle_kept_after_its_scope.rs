// Rejected: keeping a handle that a scope made for later.
// Because:  the rows of a scope are forgotten at its end.
// Instead:  accepted/scope/return_what_was_worked_out.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let mut kept = None;
        session.scope(|scope| {
            kept = scope.find::<Author>(1)?;
            Ok(())
        })?;
        println!("{:?}", kept.map(|arya| session[&arya].name.clone()));
        Ok(())
    })
}
