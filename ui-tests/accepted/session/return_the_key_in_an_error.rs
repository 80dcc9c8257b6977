// Accepted: an error of one's own carries the key.
use moored::prelude::*;
use shop::*;

#[derive(Debug)]
enum Refused {
    Banned(Key<Author>),
    Database(moored::Error),
}

impl From<moored::Error> for Refused {
    fn from(error: moored::Error) -> Self {
        Self::Database(error)
    }
}

fn main() {
    let refused = shop::orm().try_session(|session| {
        let arya = session.find::<Author>(1)?.required()?;
        Err::<(), _>(Refused::Banned(session.key(&arya)))
    });
    let banned = match refused {
        Err(Refused::Banned(key)) => Some(key),
        Err(Refused::Database(error)) => unreachable!("{error}"),
        Ok(()) => None,
    };
    assert_eq!(banned, Some(Key::new(1)));
}
