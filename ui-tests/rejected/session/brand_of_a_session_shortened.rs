// Rejected: shortening the brand of a session.
// Because:  a session takes handles in: with a shorter brand it would take those of others.
// Instead:  accepted/session/brand_shortened_for_an_inner_part.rs
use moored::prelude::*;
use shop::*;

fn shorten<'a, 't, 's: 't>(uow: &'a mut UnitOfWork<'s, Sqlite>) -> &'a mut UnitOfWork<'t, Sqlite> {
    uow
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        println!("{:?}", shorten(session));
        Ok(())
    })
}
