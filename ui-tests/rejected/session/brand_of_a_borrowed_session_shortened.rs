// Rejected: shortening the brand of a session that is borrowed to be read.
// Because:  with a shorter brand it would read the handles of others.
// Instead:  accepted/session/brand_shortened_for_an_inner_part.rs
use moored::prelude::*;
use shop::*;

fn shorten<'a, 't, 's: 't>(session: &'a Session<'s, Sqlite>) -> &'a Session<'t, Sqlite> {
    session
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        println!("{:?}", shorten(session));
        Ok(())
    })
}
