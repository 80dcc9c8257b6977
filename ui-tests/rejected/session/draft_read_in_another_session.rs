// Rejected: reading a draft that another session persisted.
// Because:  a session has a brand of its own, and a handle carries its session's.
// Instead:  accepted/session/promote_where_it_was_persisted.rs
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        orm.session(|other| {
            println!("{}", other.draft(&sansa)?.name);
            Ok(())
        })
    })
}
