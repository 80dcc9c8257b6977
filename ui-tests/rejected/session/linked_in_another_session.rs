// Rejected: linking a row of one session to a row of another.
// Because:  a session has a brand of its own, and a handle carries its session's.
// Instead:  accepted/session/link_by_key_across_sessions.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        orm.session(|other| {
            let needle = other.find::<Book>(1)?.required()?;
            other.link(&needle, Book::editor(), &arya)?;
            other.flush()
        })
    })
}
