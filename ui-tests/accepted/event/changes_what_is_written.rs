// Accepted: a subscriber edits the row that it is told of, adds others, and may veto; a service works in it.
use moored::event::Creation;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm_with(|settings| {
        settings.subscribe(|events| {
            events.before_create::<Author>(|event, author| {
                let Creation::Draft(author) = author else {
                    return Err("an author's key is generated".into());
                };
                event.edit_draft(&author)?.name.push('!');
                greet(event, &author)?;
                Ok(())
            });
            events.before_update::<Author>(|event, author| {
                event.edit(&author)?.name.make_ascii_uppercase();
                Ok(())
            });
            events.on_flush(|event, plan| {
                let authors = event.query::<Author>(authors::table).count()?;
                if authors > 100 && !plan.is_empty() { Err("too many".into()) } else { Ok(()) }
            });
            events.after_commit(|_| println!("written"));
        })
    });
    orm.session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.flush()?;
        let sansa = session.promote(&sansa)?;
        session.edit(&sansa)?.email = Some("sansa@example.org".into());
        session.flush()?;
        assert_eq!(session[&sansa].name, "SANSA!");
        assert_eq!(session.select(Book::TITLE.eq("Welcome")).all()?.len(), 1);
        Ok(())
    })
}

fn greet<'e>(uow: &mut UnitOfWork<'e, Sqlite>, author: &Handle<'e, Author, New>) -> moored::Result<()> {
    uow.persist(NewBook::new("Welcome", author))?;
    Ok(())
}
