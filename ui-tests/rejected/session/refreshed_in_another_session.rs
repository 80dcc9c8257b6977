// Rejected: refreshing a row through a session that it is not of.
// Because:  a session has a brand of its own, and a handle carries its session's.
// Instead:  accepted/session/find_the_row_in_each_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        orm.session(|other| other.refresh(&arya))
    })
}
