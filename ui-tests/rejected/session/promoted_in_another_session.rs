// Rejected: promoting a draft of one session in another.
// Because:  a session has a brand of its own, and a handle carries its session's.
// Instead:  accepted/session/promote_where_it_was_persisted.rs
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.flush()?;
        orm.session(|other| {
            let sansa = other.promote(&sansa)?;
            println!("{}", other[&sansa].id);
            Ok(())
        })
    })
}
