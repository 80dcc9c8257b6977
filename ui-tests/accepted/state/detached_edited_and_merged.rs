// Accepted: a detached value is edited by itself, and merged into a session.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let mut detached = session.detach(arya)?;
        detached.get_mut().name = "No One".into();
        let arya = session.merge(&detached)?;
        session.flush()?;
        assert_eq!(session[&arya].name, "No One");
        Ok(())
    })
}
