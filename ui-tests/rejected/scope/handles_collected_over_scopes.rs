// Rejected: collecting the handles of one scope after another.
// Because:  the rows of a scope are forgotten at its end.
// Instead:  accepted/scope/return_what_was_worked_out.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let mut all = Vec::new();
        for id in [1, 2] {
            session.scope(|scope| {
                all.extend(scope.find::<Author>(id)?);
                Ok(())
            })?;
        }
        println!("{}", all.len());
        Ok(())
    })
}
