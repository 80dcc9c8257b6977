// Rejected: filtering by a column of a table that is not joined.
// Because:  Diesel knows what stands in the FROM clause.
// Instead:  accepted/query/any_diesel_query_of_the_table.rs
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let authors = session.query::<Author>(authors::table.filter(books::pages.gt(50))).all()?;
        println!("{authors:?}");
        Ok(())
    })
}
