// Accepted: a draft of one's own hands on what the generated one makes.
use moored::prelude::*;
use shop::*;

use moored::entity::{Draft, Links};

struct Stark(&'static str);

impl<'s> Draft<'s> for Stark {
    type Entity = Author;
    type State = New;

    fn into_pending(self, links: &mut Links<'s>) -> AuthorRecord {
        NewAuthor::new(format!("{} Stark", self.0)).into_pending(links)
    }
}

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let bran = session.persist(Stark("Bran"))?;
        assert_eq!(session.draft(&bran)?.name, "Bran Stark");
        session.flush()
    })
}
