// Accepted: a row is compared with the version that a form was made from, before the form's edits are made.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let save = |version: i32, name: &str| {
        orm.session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            session.expect_version(&arya, version)?;
            session.edit(&arya)?.name = name.into();
            session.flush()
        })
    };
    save(1, "No One")?;
    assert!(matches!(save(1, "Cat of the Canals"), Err(moored::Error::Stale(_))));
    save(2, "Cat of the Canals")
}
