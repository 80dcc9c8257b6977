// Accepted: a query in a transaction locks its rows, or leaves out those that are locked.
use moored::Lock;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        session.transaction(|tx| {
            assert_eq!(tx.query::<Author>(authors::table).lock(Lock::UPDATE).all()?.len(), 2);
            assert!(tx.select(Author::ID.eq(1)).lock(Lock::UPDATE).skip_locked().first()?.is_some());
            assert_eq!(tx.query::<Author>(authors::table).count()?, 2);
            Ok(())
        })
    })
}
