// Rejected: the rows of a relation that is not `ordered` are put in order.
// Because:  no column says where a row stands.
// Instead:  accepted/collection/a_list_and_a_page_of_it.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let needle = session.find::<Book>(1)?.required()?;
        session.collection(&arya, Author::books()).reorder([&needle])?;
        session.flush()
    })
}
