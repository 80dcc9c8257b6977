// Rejected: a subscriber changes entities once the flush is planned, or after it.
// Because:  what would be written then is not what was planned.
// Instead:  accepted/event/changes_what_is_written.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm_with(|settings| {
        settings.subscribe(|events| {
            events.on_flush(|event, _| {
                event.persist(NewAuthor::new("Sansa"))?;
                Ok(())
            });
            events.after_flush(|event| {
                let arya = event.find::<Author>(1)?.required()?;
                event.edit(&arya)?.name = "No One".into();
                Ok(())
            });
        })
    });
    orm.session(|session| session.flush())
}
