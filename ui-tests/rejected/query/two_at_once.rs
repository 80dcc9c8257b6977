// Rejected: building a second query before the first has run.
// Because:  a query borrows the session until it runs.
// Instead:  accepted/query/one_after_the_other.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let authors = session.query::<Author>(authors::table);
        let books = session.query::<Book>(books::table);
        println!("{} {}", authors.count()?, books.count()?);
        Ok(())
    })
}
