// Rejected: persisting a draft that is linked to a row of another session.
// Because:  a session has a brand of its own, and a handle carries its session's.
// Instead:  accepted/session/link_by_key_across_sessions.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        orm.session(|other| {
            other.persist(NewBook::new("Valar Morghulis", &arya))?;
            other.flush()
        })
    })
}
