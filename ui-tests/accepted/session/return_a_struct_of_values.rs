// Accepted: values that were read leave the closure, in whatever they are put.
use moored::prelude::*;
use shop::*;

struct Shelf {
    first: Book,
    key: Key<Book>,
}

fn main() -> moored::Result<()> {
    let shelf = shop::orm().session(|session| {
        let first = session.find::<Book>(1)?.required()?;
        Ok(Shelf { first: session[&first].clone(), key: session.key(&first) })
    })?;
    assert_eq!((shelf.first.id, shelf.first.title.as_str()), (*shelf.key.value(), "Needle"));
    Ok(())
}
