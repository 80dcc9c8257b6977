// Accepted: a detached value has no session, and any session merges it.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let mut arya = orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.detach(arya)
    })?;
    arya.get_mut().name = "No One".into();
    orm.session(|session| {
        let arya = session.merge(&arya)?;
        session.flush()?;
        assert_eq!(session[&arya].name, "No One");
        Ok(())
    })
}
