//! Criteria on typed fields find the same rows everywhere.

use moored::Result;
use moored::prelude::*;
use moored_server_tests::Place;

use crate::library::*;

/// Six authors, of whom the first taught the next two, and the second the one after.
fn library<B: Backend>(place: &Place<B>) -> Orm<B>
where
    Author: Entity<B>,
{
    let (orm, _) = place.open(&tables(place.flavour()));
    orm.session(|session| {
        let ann = session.persist(NewAuthor::new("ann").email("ann@books.example".to_owned()))?;
        let ben = session.persist(NewAuthor::new("ben").mentor(&ann))?;
        session.persist(NewAuthor::new("cleo").mentor(&ann).email("cleo@books.example".to_owned()))?;
        session.flush()?;
        session.persist(NewAuthor::new("dan").mentor(&session.promote(&ben)?))?;
        session.flush()?;
        session.persist(NewAuthor::new("100% 'eve'").email(String::new()))?;
        session.persist(NewAuthor::new("f_y"))?;
        session.flush()
    })
    .unwrap();
    orm
}

/// Compares the names that each query finds, in the order of their keys.
macro_rules! finds {
    ($place:ident: $($select:expr => [$($name:literal),* $(,)?]),+ $(,)?) => {{
        let orm = library(&$place);
        orm.read(|session| {
            $({
                let found = names(session, $select)?;
                let expected: &[&str] = &[$($name),*];
                assert_eq!(found, expected, stringify!($select));
            })+
            Result::Ok(())
        })
        .unwrap();
    }};
}

/// In the order of their keys.
fn by_key(criterion: impl Into<Select<Author>>) -> Select<Author> {
    criterion.into().order(Author::ID.asc())
}

macro_rules! tests {
    ($($test:ident { $($finds:tt)* })+) => {$(
        pub(crate) fn $test<B: Backend>(place: Place<B>)
        where
            Author: Entity<B>,
        {
            finds!(place: $($finds)*);
        }
    )+};
}

tests! {
    comparisons {
        Author::NAME.eq("ben") => ["ben"],
        Author::NAME.eq("nobody") => [],
        by_key(Author::NAME.ne("ben")) => ["ann", "cleo", "dan", "100% 'eve'", "f_y"],
        by_key(Author::ID.lt(3)) => ["ann", "ben"],
        by_key(Author::ID.le(3)) => ["ann", "ben", "cleo"],
        by_key(Author::ID.gt(5)) => ["f_y"],
        by_key(Author::ID.ge(5)) => ["100% 'eve'", "f_y"],
        by_key(Author::NAME.ge("b").and(Author::NAME.lt("d"))) => ["ben", "cleo"],
        by_key(Author::MENTOR_ID.eq(Key::new(1))) => ["ben", "cleo"],
        Author::EMAIL.eq("ann@books.example".to_owned()) => ["ann"],
    }

    lists {
        by_key(Author::ID.is_in([6, 1, 99])) => ["ann", "f_y"],
        by_key(Author::NAME.is_in(["cleo", "ben"])) => ["ben", "cleo"],
        Author::ID.is_in(Vec::<i32>::new()) => [],
        by_key(!Author::ID.is_in(Vec::<i32>::new())) => ["ann", "ben", "cleo", "dan", "100% 'eve'", "f_y"],
        by_key(!Author::ID.is_in([1, 2, 3, 4])) => ["100% 'eve'", "f_y"],
        by_key(Author::MENTOR_ID.is_in([Key::new(1), Key::new(2)])) => ["ben", "cleo", "dan"],
        by_key(Author::ID.is_in(1..=2_000)) => ["ann", "ben", "cleo", "dan", "100% 'eve'", "f_y"],
    }

    nulls {
        by_key(Author::MENTOR_ID.is_null()) => ["ann", "100% 'eve'", "f_y"],
        by_key(Author::MENTOR_ID.is_not_null()) => ["ben", "cleo", "dan"],
        // Empty text is a text.
        by_key(Author::EMAIL.is_null()) => ["ben", "dan", "f_y"],
        Author::EMAIL.eq(String::new()) => ["100% 'eve'"],
        // A NULL is neither equal to a value nor different from it.
        by_key(Author::EMAIL.ne(String::new())) => ["ann", "cleo"],
        by_key(!Author::EMAIL.eq(String::new())) => ["ann", "cleo"],
    }

    patterns {
        by_key(Author::NAME.like("%n")) => ["ann", "ben", "dan"],
        by_key(Author::NAME.like("_an")) => ["dan"],
        by_key(Author::NAME.like("%'%'")) => ["100% 'eve'"],
        by_key(Author::EMAIL.like("%@books.example")) => ["ann", "cleo"],
        by_key(!Author::NAME.like("%n%")) => ["cleo", "100% 'eve'", "f_y"],
    }

    combined {
        // `or` inside `and` keeps its parentheses, and `!` is of what it stands before.
        by_key(Author::NAME.eq("ann").or(Author::NAME.eq("ben")).and(Author::ID.ge(2))) => ["ben"],
        by_key(Author::NAME.eq("ann").or(Author::NAME.eq("ben").and(Author::ID.ge(3)))) => ["ann"],
        by_key(!Author::NAME.eq("ann").or(Author::NAME.eq("ben"))) => ["cleo", "dan", "100% 'eve'", "f_y"],
        by_key((!Author::NAME.eq("ann")).and(Author::ID.le(3))) => ["ben", "cleo"],
        by_key(!(Author::ID.gt(1).and(Author::MENTOR_ID.is_null()))) => ["ann", "ben", "cleo", "dan"],
        by_key(Author::ID.is_in([1, 2, 3]).and(!Author::NAME.like("a%").or(Author::EMAIL.is_null()))) => ["cleo"],
    }

    ordered_and_limited {
        Select::all().order(Author::ID.desc()).limit(2) => ["f_y", "100% 'eve'"],
        Select::all().order(Author::ID.asc()).limit(2).offset(3) => ["dan", "100% 'eve'"],
        Author::ID.gt(1).order(Author::ID.asc()).limit(1) => ["ben"],
        Author::ID.gt(1).limit(0) => [],
        // The second order decides where the first is equal; a NULL has another place on each database.
        Author::MENTOR_ID.is_not_null().order(Author::MENTOR_ID.desc()).order(Author::NAME.desc()) => ["dan", "cleo", "ben"],
    }
}
