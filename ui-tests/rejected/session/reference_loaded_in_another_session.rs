// Rejected: loading the reference of one session in another.
// Because:  a session has a brand of its own, and a handle carries its session's.
// Instead:  accepted/session/find_the_row_in_each_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.reference::<Author>(1)?;
        orm.session(|other| {
            let arya = other.load(&arya)?.required()?;
            println!("{}", other[&arya].name);
            Ok(())
        })
    })
}
