// Accepted: a reference is loaded, and is a row like any other.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.reference::<Author>(1)?;
        let arya = session.load(&arya)?.required()?;
        session.edit(&arya)?.name = "No One".into();
        assert_eq!(session[&arya].name, "No One");
        session.flush()
    })
}
