// Accepted: before its row is written a New entity is read and edited as its draft.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let sansa = session.persist(NewAuthor::new("Sansa"))?;
        session.edit_draft(&sansa)?.name = "Alayne".into();
        assert_eq!(session.draft(&sansa)?.name, "Alayne");
        session.flush()
    })
}
