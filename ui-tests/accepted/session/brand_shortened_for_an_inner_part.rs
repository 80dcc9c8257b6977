// Accepted: a handle of outside is one of inside as well.
use moored::prelude::*;
use shop::*;

fn shorten<'t, 's: 't>(handle: &Handle<'s, Author, Managed>) -> Handle<'t, Author, Managed> {
    handle.alias()
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session.transaction(|tx| {
            let inner = shorten(&arya);
            tx.edit(&inner)?.name = "No One".into();
            assert!(tx.same(&arya, &inner));
            Ok(())
        })
    })
}
