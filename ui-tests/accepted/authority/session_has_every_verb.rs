// Accepted: a session has the verbs that a read session lacks.
use moored::TransactionOptions;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.edit_draft(&sansa)?.name = "Alayne".into();
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.remove(arya)?;
        let arya = session.restore(arya)?;
        session.refresh(&arya)?;
        let arya = session.detach(arya)?;
        session.attach(&arya)?;
        session.after_commit(|| ());
        session.set_flush_mode(FlushMode::Commit);
        session.discard();

        session.upsert(NewAuthor::new("Bran").email("bran@wall.example")).on_conflict(Author::BY_EMAIL).keep().execute()?;
        session.upsert_many([Tag { name: "wolves".into(), color: "grey".into() }]).on_conflict(UniqueSet::KEY).keep().execute()?;
        session.update_where(Book::PAGES.gt(100)).set(Book::PAGES.to(100)).execute()?;
        session.delete_where(Book::PAGES.gt(1000)).execute()?;
        session.delete_all::<Tag>(tags::table).execute()?;

        session.transaction_with(TransactionOptions::new(), |_| Ok(()))?;
        session.requires_new(|_| Ok(()))?;
        session.scope(|_| Ok(()))?;
        session.query::<Author>(authors::table).flush_mode(FlushMode::Always).count()?;
        session.connection_for::<Tag>()?;
        Ok(())
    })
}
