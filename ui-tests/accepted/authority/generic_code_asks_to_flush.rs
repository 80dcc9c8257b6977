// Accepted: code that flushes says so in its signature.
use moored::prelude::*;
use shop::*;

use moored::FlushAuthority;

fn batch<A: FlushAuthority>(uow: &mut UnitOfWork<'_, Sqlite, A>) -> moored::Result<()> {
    uow.persist(NewAuthor::new("Sansa"))?;
    uow.flush()
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        batch(session)?;
        session.transaction(|tx| {
            batch(tx)?;
            batch(tx)
        })?;
        assert_eq!(session.query::<Author>(authors::table).count()?, 5);
        Ok(())
    })
}
