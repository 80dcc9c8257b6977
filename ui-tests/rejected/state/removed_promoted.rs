// Rejected: promoting a row that is removed.
// Because:  only a draft waits for its row.
// Instead:  accepted/state/restore_before_the_flush.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.remove(arya)?;
        let arya = session.promote(&arya)?;
        println!("{}", session[&arya].name);
        Ok(())
    })
}
