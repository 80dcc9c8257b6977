// Rejected: borrowing a unit of work for as long as its brand lives.
// Because:  `&'s mut UnitOfWork<'s, _>`, which rustc likes to suggest, is a borrow that never ends.
// Instead:  accepted/session/helper_names_the_brand.rs
use moored::prelude::*;
use shop::*;

fn first<'s>(uow: &'s mut UnitOfWork<'s, Sqlite>) -> moored::Result<Handle<'s, Author, Managed>> {
    uow.find::<Author>(1)?.required()
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = first(session)?;
        println!("{}", session[&arya].name);
        Ok(())
    })
}
