// Accepted: handles of outside are used inside, through the transaction.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| {
            tx.edit(&arya)?.name = "No One".into();
            let needle = tx.persist(NewBook::new("Valar Morghulis", &arya))?;
            tx.flush()?;
            let needle = tx.promote(&needle)?;
            assert_eq!(tx[&needle].author_id, tx.key(&arya));
            Ok(())
        })?;
        assert_eq!(session[&arya].version, 2);
        Ok(())
    })
}
