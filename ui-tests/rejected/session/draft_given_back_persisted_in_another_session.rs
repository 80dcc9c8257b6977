// Rejected: detaching a draft and persisting it in another session.
// Because:  a draft that is linked to rows carries their brand.
// Instead:  accepted/session/link_by_key_across_sessions.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let book = session.persist(NewBook::new("Valar Morghulis", &arya))?;
        let draft = session.detach(book)?;
        orm.session(|other| {
            other.persist(draft)?;
            other.flush()
        })
    })
}
