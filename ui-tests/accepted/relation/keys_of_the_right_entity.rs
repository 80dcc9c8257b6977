// Accepted: a key finds and links rows of its own entity.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let key = Key::<Author>::new(2);
        let jon = session.find::<Author>(key)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.link(&needle, Book::author(), key)?;
        session.edit(&needle)?.editor_id = Some(key);
        assert_eq!(session[&needle].author_id, session.key(&jon));
        session.flush()
    })
}
