// Accepted: one query runs, then the next.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let authors = session.query::<Author>(authors::table).count()?;
        let books = session.query::<Book>(books::table).count()?;
        assert_eq!((authors, books), (2, 1));
        Ok(())
    })
}
