// Accepted: a key links to a row whichever session has it in memory.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let key = session.key(&arya);
        orm.session(|other| {
            let needle = other.find::<Book>(1)?.required()?;
            other.link(&needle, Book::editor(), key)?;
            other.persist(NewBook::new("Valar Morghulis", key))?;
            other.flush()?;
            assert_eq!(other[&needle].editor_id, Some(key));
            Ok(())
        })
    })
}
