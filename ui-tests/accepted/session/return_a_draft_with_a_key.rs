// Accepted: a draft that is linked by key belongs to no session.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    let draft = orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Ok(NewBook::new("Valar Morghulis", session.key(&arya)))
    })?;
    orm.session(|session| {
        session.persist(draft)?;
        session.flush()?;
        assert_eq!(session.query::<Book>(books::table).count()?, 2);
        Ok(())
    })
}
