// Rejected: the rows of a collection are chosen by a field of its owner.
// Because:  a criterion is made of the fields of the rows that it is about.
// Instead:  accepted/collection/a_list_and_a_page_of_it.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let named = session.collection(&arya, Author::books()).select(Author::NAME.like("A%"))?.count()?;
        assert_eq!(named, 1);
        let latest = session.select_each(&arya, Author::books(), Author::ID.desc())?;
        assert_eq!(latest.len(), 1);
        Ok(())
    })
}
