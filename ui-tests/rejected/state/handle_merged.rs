// Rejected: merging a row that is in the session.
// Because:  `merge` brings in what was detached.
// Instead:  accepted/state/detached_edited_and_merged.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.merge(&arya)?;
        println!("{}", session[&arya].name);
        Ok(())
    })
}
