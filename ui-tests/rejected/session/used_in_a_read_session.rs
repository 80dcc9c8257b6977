// Rejected: reading the row of a session through a read session.
// Because:  a read session is a session of its own.
// Instead:  accepted/session/find_the_row_in_each_session.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        orm.read(|reading| {
            println!("{}", reading[&arya].name);
            Ok(())
        })
    })
}
