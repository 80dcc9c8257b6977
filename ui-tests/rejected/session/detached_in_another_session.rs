// Rejected: detaching a row through a session that it is not of.
// Because:  a session has a brand of its own, and a handle carries its session's.
// Instead:  accepted/session/detach_here_and_merge_there.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        orm.session(|other| {
            let detached = other.detach(arya.alias())?;
            println!("{}", detached.get().name);
            Ok(())
        })
    })
}
