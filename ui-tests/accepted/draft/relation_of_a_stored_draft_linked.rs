// Accepted: the relation of a stored draft is set by `link`.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        let ice = session.persist(NewBook::new("Ice", Key::<Author>::new(1)))?;
        session.link(&ice, Book::author(), &sansa)?;
        session.flush()?;
        let (sansa, ice) = session.promote((&sansa, &ice))?;
        assert_eq!(session[&ice].author_id, session.key(&sansa));
        Ok(())
    })
}
