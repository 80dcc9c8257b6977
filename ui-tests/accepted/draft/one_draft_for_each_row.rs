// Accepted: each row has a draft of its own.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        for name in ["Sansa", "Bran"] {
            session.persist(NewAuthor::new(name))?;
        }
        session.flush()?;
        assert_eq!(session.query::<Author>(authors::table).count()?, 4);
        Ok(())
    })
}
