// Accepted: a closure that ends its transaction itself, in each way.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| {
            tx.edit(&arya)?.name = "No One".into();
            tx.commit()
        })?;
        session.transaction(|tx| {
            tx.edit(&arya)?.name = "Cat".into();
            tx.rollback();
            Ok(())
        })?;
        let refused = session.transaction(|tx| {
            tx.set_rollback_only();
            Ok(())
        });
        assert!(matches!(refused, Err(moored::Error::RollbackOnly)));
        assert_eq!(session[&arya].name, "No One");
        Ok(())
    })
}
