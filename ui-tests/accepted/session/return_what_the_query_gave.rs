// Accepted: run the query inside and return the values.
use shop::*;

fn main() -> moored::Result<()> {
    let names = shop::orm().session(|session| {
        let authors = session.query::<Author>(authors::table).all()?;
        Ok(authors.iter().map(|author| session[author].name.clone()).collect::<Vec<_>>())
    })?;
    assert_eq!(names, ["Arya", "Jon"]);
    Ok(())
}
