// Accepted: `edit` gives the entity to change, one at a time.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let jon = session.find::<Author>(2)?.required()?;
        session.edit(&arya)?.name = "No One".into();
        let name = session[&arya].name.clone();
        session.edit(&jon)?.name = name;
        session.flush()?;
        assert_eq!(session[&jon].name, "No One");
        Ok(())
    })
}
