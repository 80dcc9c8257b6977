// Rejected: editing the foreign key of a stored draft.
// Because:  a link may be to a row that has no key yet; `link` checks whose row it is.
// Instead:  accepted/draft/relation_of_a_stored_draft_linked.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let ice = session.persist(NewBook::new("Ice", Key::<Author>::new(1)))?;
        session.edit_draft(&ice)?.author_id = Key::new(2);
        session.flush()
    })
}
