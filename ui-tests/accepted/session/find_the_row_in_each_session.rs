// Accepted: each session finds the row by its key and has a handle of its own.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let key = session.key(&arya);
        orm.session(|other| {
            let arya = other.find::<Author>(&key)?.required()?;
            other.edit(&arya)?.name = "No One".into();
            other.flush()
        })?;
        session.refresh(&arya)?;
        assert_eq!(session[&arya].name, "No One");
        Ok(())
    })
}
