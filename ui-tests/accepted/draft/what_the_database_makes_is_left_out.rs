// Accepted: a draft has what the caller supplies; the database makes the rest.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa").email("sansa@wall.example".to_owned()))?;
        let book = session.persist(NewBook::new("Ice", &sansa).pages(7))?;
        session.flush()?;
        let (sansa, book) = session.promote((&sansa, &book))?;
        assert_eq!((session[&sansa].version, session[&book].pages), (1, 7));
        Ok(())
    })
}
