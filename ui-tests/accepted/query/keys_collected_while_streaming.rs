// Accepted: what a stream shows is collected, and acted on after it.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let mut ids = Vec::new();
        session.query::<Author>(authors::table).stream(|author| {
            ids.push(author.id);
            Ok(())
        })?;
        for id in ids {
            session.persist(NewBook::new("Memoirs", Key::<Author>::new(id)))?;
        }
        session.flush()
    })
}
