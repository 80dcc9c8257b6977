// Rejected: filtering a number by a text.
// Because:  Diesel knows the type of the column.
// Instead:  accepted/query/any_diesel_query_of_the_table.rs
use diesel::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let books = session.query::<Book>(books::table.filter(books::pages.gt("50"))).all()?;
        println!("{books:?}");
        Ok(())
    })
}
