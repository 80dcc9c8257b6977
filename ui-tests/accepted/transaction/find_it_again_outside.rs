// Accepted: outside, the session finds what a transaction made by its key.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let key = session.transaction(|tx| {
            let sansa = tx.persist(NewAuthor::new("Sansa"))?;
            tx.flush()?;
            let sansa = tx.promote(&sansa)?;
            Ok(tx.key(&sansa))
        })?;
        let sansa = session.find::<Author>(key)?.required()?;
        assert_eq!(session[&sansa].name, "Sansa");
        Ok(())
    })
}
