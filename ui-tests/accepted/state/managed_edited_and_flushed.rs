// Accepted: an edited row needs no verb to be written: the flush sees it.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.edit(&arya)?.name = "No One".into();
        session.flush()?;
        assert_eq!(session[&arya].version, 2);
        Ok(())
    })
}
