// Accepted: the version of a row is moved on by itself, or compared without a write; a service may ask for either.
use moored::prelude::*;
use moored::Resolution;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let jon = session.find::<Author>(2)?.required()?;
        publish(session, &arya, &jon)?;
        session.flush()?;
        assert_eq!((session[&arya].version, session[&jon].version), (2, 1));
        session.resolve(&arya, Resolution::Merge)
    })
}

fn publish<'s>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    author: &Handle<'s, Author, Managed>,
    editor: &Handle<'s, Author, Managed>,
) -> moored::Result<()> {
    uow.persist(NewBook::new("Needle", author).editor(editor))?;
    uow.touch(author)?;
    uow.expect_unchanged(editor)
}
