//! Which rows refer to which stays true in memory, whatever a session does: in random programs, what authors say of their books
//! is what the books say of their authors.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use moored::FlushAuthority;
use moored::prelude::*;
use moored::relation::{Loaded, With};
use proptest::prelude::*;
use shop::*;

const AUTHORS: usize = 4;
const BOOKS: usize = 6;

/// What a program does, with numbers of authors and books.
#[derive(Clone, Debug)]
enum Step {
    Link(usize, usize),
    LinkToDraft(usize),
    Edit(usize, usize),
    Remove(usize),
    Restore(usize),
    Persist(usize),
    Refresh(usize),
    Populate(usize),
    ReadAll,
    Flush,
    Discard,
    Nested { transaction: bool, ends_well: bool, steps: Vec<Step> },
}

fn step() -> impl Strategy<Value = Step> {
    let (author, book) = (0..AUTHORS, 0..BOOKS);
    let flat = prop_oneof![
        4 => (book.clone(), author.clone()).prop_map(|(book, author)| Step::Link(book, author)),
        1 => book.clone().prop_map(Step::LinkToDraft),
        4 => (book.clone(), author.clone()).prop_map(|(book, author)| Step::Edit(book, author)),
        2 => book.clone().prop_map(Step::Remove),
        2 => book.clone().prop_map(Step::Restore),
        2 => author.clone().prop_map(Step::Persist),
        1 => book.prop_map(Step::Refresh),
        3 => author.prop_map(Step::Populate),
        1 => Just(Step::ReadAll),
        3 => Just(Step::Flush),
        1 => Just(Step::Discard),
    ];
    flat.prop_recursive(2, 30, 6, |inner| {
        (any::<bool>(), any::<bool>(), prop::collection::vec(inner, 1..6))
            .prop_map(|(transaction, ends_well, steps)| Step::Nested { transaction, ends_well, steps })
    })
}

type KnownAuthor<'s> = Loaded<'s, Author, With<AuthorBooks>>;
type KnownBook<'s> = Loaded<'s, Book, With<BookAuthor>>;

/// The handles that a part of a program has.
struct Rows<'s> {
    authors: Vec<KnownAuthor<'s>>,
    books: Vec<KnownBook<'s>>,
    removed: Vec<Handle<'s, Book, Removed>>,
    drafts: Vec<Handle<'s, Book, New>>,
}

impl<'s> Rows<'s> {
    fn inside(&self) -> Self {
        Self {
            authors: self.authors.iter().map(Loaded::alias).collect(),
            books: self.books.iter().map(Loaded::alias).collect(),
            removed: Vec::new(),
            drafts: Vec::new(),
        }
    }
}

fn run<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    rows: &mut Rows<'s>,
    steps: &[Step],
) -> moored::Result<()> {
    for step in steps {
        // What is refused changes nothing, and is as good a step as any.
        let _ = take(uow, rows, step);
        for draft in std::mem::take(&mut rows.drafts) {
            match uow.promote(&draft) {
                Ok(book) => rows.books.push(uow.populate(&book, Book::author())?),
                Err(_) => rows.drafts.push(draft),
            }
        }
        check(uow, rows)?;
    }
    Ok(())
}

fn take<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, Sqlite, A>,
    rows: &mut Rows<'s>,
    step: &Step,
) -> moored::Result<()> {
    match step {
        Step::Link(book, author) => uow.link(&*rows.books[*book], Book::author(), &rows.authors[*author]),
        Step::LinkToDraft(book) => {
            let author = uow.persist(NewAuthor::new("new"))?;
            uow.link(&*rows.books[*book], Book::author(), &author)
        }
        Step::Edit(book, author) => {
            let key = uow.key(&*rows.authors[*author]);
            uow.edit(&rows.books[*book])?.author_id = key;
            Ok(())
        }
        Step::Remove(book) => {
            let removed = uow.remove(rows.books[*book].alias().into_handle())?;
            rows.removed.push(removed);
            Ok(())
        }
        Step::Restore(place) => {
            let Some(place) = place.checked_rem(rows.removed.len()) else { return Ok(()) };
            uow.restore(rows.removed.swap_remove(place)).map(drop)
        }
        Step::Persist(author) => {
            rows.drafts.push(uow.persist(NewBook::new("new", &rows.authors[*author]))?);
            Ok(())
        }
        Step::Refresh(book) => uow.refresh(&*rows.books[*book]),
        Step::Populate(author) => uow.populate(&rows.authors[*author], Author::books()).map(drop),
        Step::ReadAll => uow.query::<Book>(books::table).all().map(drop),
        Step::Flush => uow.flush(),
        Step::Discard => {
            uow.discard();
            Ok(())
        }
        Step::Nested { transaction: true, ends_well, steps } => uow.transaction(|tx| {
            run(tx, &mut rows.inside(), steps)?;
            end(*ends_well)
        }),
        Step::Nested { transaction: false, ends_well, steps } => uow.scope(|scope| {
            run(scope, &mut rows.inside(), steps)?;
            scope.discard();
            end(*ends_well)
        }),
    }
}

fn end(well: bool) -> moored::Result<()> {
    if well { Ok(()) } else { Err(moored::Error::NotFound { entity: "end" }) }
}

/// Every book is among those of the author that it leads to, and of no other, if it is there at all.
fn check<'s, A: FlushAuthority>(uow: &mut UnitOfWork<'s, Sqlite, A>, rows: &Rows<'s>) -> moored::Result<()> {
    let mut expected = vec![Vec::new(); rows.authors.len()];
    for (number, book) in rows.books.iter().enumerate() {
        let key = uow[book].id;
        let is_live = uow.find::<Book>(key)?.is_some_and(|found| uow.same(&found, book));
        let Ok(author) = uow.related(book, Book::author()) else { continue };
        let place = rows.authors.iter().position(|known| uow.same(&**known, &author));
        if let (true, Some(place)) = (is_live, place) {
            expected[place].push(number);
        }
    }
    for (author, expected) in rows.authors.iter().zip(expected) {
        // Whoever is outside of a scope does not know the books that were made inside.
        let number =
            |book: &Handle<'s, Book, Managed>| rows.books.iter().position(|known| uow.same(&**known, book));
        let mut books: Vec<_> = uow.related(author, Author::books()).iter().filter_map(number).collect();
        books.sort_unstable();
        assert_eq!(books, expected, "books of {}", uow[author].id);
    }
    Ok(())
}

fn orm() -> Orm<Sqlite> {
    let orm = emptied();
    orm.session(|session| {
        let authors: Vec<_> =
            (0..AUTHORS).map(|_| session.persist(NewAuthor::new("a"))).collect::<moored::Result<_>>()?;
        for book in 0..BOOKS {
            session.persist(NewBook::new("b", &authors[book % AUTHORS]))?;
        }
        session.flush()
    })
    .unwrap();
    orm
}

fn emptied() -> Orm<Sqlite> {
    let orm = shop::orm();
    orm.session(|session| {
        session.delete_all::<Book>(books::table).execute()?;
        session.delete_all::<Author>(authors::table).execute()?;
        Ok(())
    })
    .unwrap();
    orm
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn authors_and_books_agree(steps in prop::collection::vec(step(), 1..20)) {
        orm().session(|session| {
            // Before anything of `find` or a query is flushed first.
            session.set_flush_mode(FlushMode::Commit);
            let authors = session.query::<Author>(authors::table).all()?;
            let books = session.query::<Book>(books::table).all()?;
            let mut rows = Rows {
                authors: session.populate(&authors, Author::books())?,
                books: session.populate(&books, Book::author())?,
                removed: Vec::new(),
                drafts: Vec::new(),
            };
            run(session, &mut rows, &steps)?;
            session.discard();
            Ok(())
        }).unwrap();
    }
}
