// Rejected: promoting a row that is there.
// Because:  only a draft waits for its row.
// Instead:  accepted/state/promoted_after_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.promote(&arya)?;
        println!("{}", session[&arya].name);
        Ok(())
    })
}
