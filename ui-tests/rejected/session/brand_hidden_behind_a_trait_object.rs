// Rejected: hiding a handle behind a trait to use it with any session.
// Because:  the method has to work for every brand, and the handle has one.
// Instead:  accepted/session/find_the_row_in_each_session.rs
use moored::prelude::*;
use shop::*;

trait Rename {
    fn rename(&self, session: &mut Session<'_, Sqlite>) -> moored::Result<()>;
}

impl Rename for Handle<'_, Author, Managed> {
    fn rename(&self, session: &mut Session<'_, Sqlite>) -> moored::Result<()> {
        session.edit(self)?.name = "No One".into();
        Ok(())
    }
}

fn main() -> moored::Result<()> {
    let orm = shop::orm();
    orm.session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let hidden: &dyn Rename = &arya;
        orm.session(|other| hidden.rename(other))
    })
}
