// Accepted: a value whose every column the program knows is persisted as it is.
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let peace = session.persist(Tag { name: "peace".into(), color: "white".into() })?;
        assert_eq!(session[&peace].color, "white");
        session.flush()
    })
}
