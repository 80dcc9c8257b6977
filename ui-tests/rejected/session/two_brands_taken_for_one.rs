// Rejected: writing a function that takes two sessions of one brand.
// Because:  no two sessions have the same brand, so nothing can be passed to it.
// Instead:  accepted/session/two_sessions_side_by_side.rs
use moored::prelude::*;
use shop::*;

fn carry<'s>(from: &mut Session<'s, Sqlite>, to: &mut Session<'s, Sqlite>) -> moored::Result<()> {
    let arya = from.find::<Author>(1)?.required()?;
    to.edit(&arya)?.name = "No One".into();
    Ok(())
}

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| orm.session(|other| carry(session, other)))
}
