// Accepted: a scope returns values, and forgets its rows.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let pages = session.scope(|scope| {
            let books = scope.query::<Book>(books::table).all()?;
            Ok(books.iter().map(|book| scope[book].pages).sum::<i32>())
        })?;
        assert_eq!(pages, 100);
        Ok(())
    })
}
