// Rejected: a hand-written draft that says its row is there when it is not.
// Because:  what `persist` stores follows from the state that it leads to.
// Instead:  accepted/draft/written_by_hand.rs
use moored::prelude::*;
use shop::*;

use moored::entity::{Draft, Links};

struct Liar(NewAuthor);

impl<'s> Draft<'s> for Liar {
    type Entity = Author;
    type State = Managed;

    fn into_pending(self, links: &mut Links<'s>) -> AuthorRecord {
        self.0.into_pending(links)
    }
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let liar = session.persist(Liar(NewAuthor::new("Sansa")))?;
        println!("{}", session[&liar].id);
        Ok(())
    })
}
