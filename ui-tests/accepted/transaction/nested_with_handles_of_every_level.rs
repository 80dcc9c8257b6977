// Accepted: an inner transaction uses the handles of every level around it.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|outer| {
            let jon = outer.find::<Author>(2)?.required()?;
            outer.transaction(|inner| {
                inner.edit(&arya)?.name = "No One".into();
                inner.edit(&jon)?.name = "Aegon".into();
                Ok(())
            })
        })?;
        assert_eq!(session[&arya].name, "No One");
        Ok(())
    })
}
