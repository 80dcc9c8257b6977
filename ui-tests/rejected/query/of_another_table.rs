// Rejected: querying authors out of the table of books.
// Because:  the table does not have their columns.
// Instead:  accepted/query/any_diesel_query_of_the_table.rs
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let authors = session.query::<Author>(books::table).all()?;
        println!("{authors:?}");
        Ok(())
    })
}
