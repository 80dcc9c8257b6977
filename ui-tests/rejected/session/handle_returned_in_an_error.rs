// Rejected: carrying a handle out of the closure in an error.
// Because:  the brand ends with the closure, and the row's slot with it.
// Instead:  accepted/session/return_the_key_in_an_error.rs
use moored::prelude::*;
use shop::*;

#[derive(Debug)]
enum Refused<'s> {
    Banned(Handle<'s, Author, Managed>),
    Database(moored::Error),
}

impl From<moored::Error> for Refused<'_> {
    fn from(error: moored::Error) -> Self {
        Self::Database(error)
    }
}

fn main() {
    let refused = shop::orm().try_session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Err::<(), _>(Refused::Banned(arya))
    });
    println!("{refused:?}");
}
