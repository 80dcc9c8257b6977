// Accepted: after the flush a draft is promoted, and is a row like any other.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.flush()?;
        let sansa = session.promote(&sansa)?;
        session.refresh(&sansa)?;
        session.edit(&sansa)?.name = "Alayne".into();
        session.flush()?;
        assert_eq!((session[&sansa].id, session[&sansa].version), (3, 2));
        Ok(())
    })
}
