// Accepted: any Diesel query of the entity's table, filtered, joined and ordered.
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let prolific =
            authors::table.inner_join(books::table).filter(books::pages.gt(50)).order(authors::name.asc());
        let authors = session.query::<Author>(prolific).all()?;
        assert_eq!(authors.len(), 1);
        Ok(())
    })
}
