// Accepted: what a draft is linked to is persisted before it, and written before it.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        let ice = session.persist(NewBook::new("Ice", &sansa))?;
        session.flush()?;
        let (sansa, ice) = session.promote((&sansa, &ice))?;
        assert_eq!(session[&ice].author_id, session.key(&sansa));
        Ok(())
    })
}
