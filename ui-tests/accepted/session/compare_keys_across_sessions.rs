// Accepted: keys are values, and compare wherever they are from.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let key = session.key(&arya);
        orm.session(|other| {
            let here = other.find::<Author>(1)?.required()?;
            assert_eq!(other.key(&here), key);
            Ok(())
        })
    })
}
