// Accepted: the session says whether two handles are one row, and keys go into maps.
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        let jon = session.find::<Author>(2)?.required()?;
        let again = arya.alias();
        assert!(session.same(&arya, &again) && !session.same(&arya, &jon));
        let seen: std::collections::HashSet<_> =
            [&arya, &jon, &again].map(|author| session.key(author)).into();
        assert_eq!(seen.len(), 2);
        Ok(())
    })
}
