// Accepted: the session that persisted a draft promotes it after the flush.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.flush()?;
        let sansa = session.promote(&sansa)?;
        assert_eq!(session[&sansa].id, 3);
        Ok(())
    })
}
