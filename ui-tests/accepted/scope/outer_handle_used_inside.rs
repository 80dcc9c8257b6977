// Accepted: handles of outside are used inside, through the scope.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.scope(|scope| {
            scope.edit(&arya)?.name = "No One".into();
            scope.flush()
        })?;
        assert_eq!(session[&arya].name, "No One");
        Ok(())
    })
}
