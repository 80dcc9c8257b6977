// Rejected: changing an entity through `session[&handle]`.
// Because:  reading and changing are two verbs, and `edit` is what the flush sees.
// Instead:  accepted/reading/edit_is_the_way_to_change.rs
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        session[&arya].name = "No One".into();
        session.flush()
    })
}
