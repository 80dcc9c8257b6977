// Rejected: making a draft with a row of one session and persisting it in another.
// Because:  the link in the draft carries the brand of the handle.
// Instead:  accepted/session/link_by_key_across_sessions.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let draft = NewBook::new("Valar Morghulis", &arya);
        orm.session(|other| {
            other.persist(draft)?;
            other.flush()
        })
    })
}
