// Rejected: returning a query that has not run yet.
// Because:  a query borrows the session that runs it.
// Instead:  accepted/session/return_what_the_query_gave.rs
use shop::*;

fn main() -> moored::Result<()> {
    let query = shop::orm().session(|session| Ok(session.query::<Author>(authors::table)))?;
    println!("{query:?}");
    Ok(())
}
