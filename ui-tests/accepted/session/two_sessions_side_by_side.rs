// Accepted: two sessions are open at once, each with its own handles.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        orm.session(|other| {
            let jon = other.find::<Author>(2)?.required()?;
            assert_eq!((session[&arya].id, other[&jon].id), (1, 2));
            Ok(())
        })
    })
}
