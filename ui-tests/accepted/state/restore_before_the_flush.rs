// Accepted: a removal is taken back before the flush, and the row edited again.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let arya = session.remove(arya)?;
        let arya = session.restore(arya)?;
        session.edit(&arya)?.name = "No One".into();
        session.refresh(&arya)?;
        assert_eq!(session[&arya].name, "Arya");
        Ok(())
    })
}
