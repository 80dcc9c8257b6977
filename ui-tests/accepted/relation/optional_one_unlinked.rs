// Accepted: a nullable relation can refer to nothing.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.link(&needle, Book::editor(), &arya)?;
        session.flush()?;
        session.unlink(&needle, Book::editor())?;
        session.flush()?;
        assert_eq!(session[&needle].editor_id, None);
        Ok(())
    })
}
