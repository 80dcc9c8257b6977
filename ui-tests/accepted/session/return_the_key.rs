// Accepted: a key outlives its session, and the next one finds the row by it.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let key = orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Ok(session.key(&arya))
    })?;
    orm.session(|session| {
        let arya = session.find::<Author>(key)?.required()?;
        assert_eq!(session[&arya].name, "Arya");
        Ok(())
    })
}
