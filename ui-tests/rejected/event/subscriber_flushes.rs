// Rejected: a flush, a transaction, a statement of many rows or the connection in a subscriber.
// Because:  it is called by a flush, and what it adds goes out with that one; another in between would write half of it.
// Instead:  accepted/event/changes_what_is_written.rs
use shop::*;

fn main() -> moored::Result<()> {
    let orm = shop::orm_with(|settings| {
        settings.subscribe(|events| {
            events.after_create::<Author>(|event, author| {
                event.persist(NewBook::new("Welcome", &author))?;
                event.flush()?;
                event.transaction(|_| Ok(()))?;
                event.delete_where(Book::PAGES.lt(1)).execute()?;
                event.connection()?;
                event.discard();
                Ok(())
            });
        })
    });
    orm.session(|session| session.flush())
}
