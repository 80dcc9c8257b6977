// Rejected: writing in a helper that takes any unit of work.
// Because:  it may be a read session, or one that somebody else flushes.
// Instead:  accepted/authority/helper_reads_in_every_kind_of_session.rs
use moored::prelude::*;
use shop::*;

fn titles<A: ?Sized>(uow: &mut UnitOfWork<'_, Sqlite, A>) -> moored::Result<Vec<String>> {
    let books = uow.query::<Book>(books::table).all()?;
    let titles = books.iter().map(|book| uow[book].title.clone()).collect();
    uow.persist(NewAuthor::new("Sansa"))?;
    uow.flush()?;
    uow.delete_all::<Tag>(tags::table).execute()?;
    uow.transaction(|_| Ok(()))?;
    Ok(titles)
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| titles(session).map(drop))
}
