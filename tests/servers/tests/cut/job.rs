//! The work that is interrupted: inserts of which one refers to the other, updates of versioned rows, a swap of unique values,
//! a row that moves to a new parent, and a delete; in one flush, or in a transaction with a savepoint.

use moored::backend::FailureKind;
use moored::prelude::*;
use moored::{Error, FlushPlan, Result};

use crate::library::{Author, Book, NewAuthor, NewBook};

/// How the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// All of it pending, and then a flush.
    Flush,
    /// In a transaction, part of it in a savepoint. Other work is pending outside.
    Transaction,
    /// The same, by a caller who swallows every error and goes on.
    CarelessTransaction,
}

/// The rows of a session.
pub(crate) struct Rows<'s> {
    authors: Vec<Handle<'s, Author, Managed>>,
    kept: Handle<'s, Book, Managed>,
    goes: Handle<'s, Book, Managed>,
    /// The same row, once its removal is scheduled.
    removed: Option<Handle<'s, Book, Removed>>,
    new: Vec<Handle<'s, Author, New>>,
    new_book: Option<Handle<'s, Book, New>>,
}

/// What memory has of all this.
#[derive(Debug, PartialEq)]
pub(crate) struct Memory {
    rows: String,
    plan: FlushPlan,
}

impl Job {
    /// Reads the rows, and leaves the work pending that comes before [`run`](Self::run).
    pub(crate) fn prepare<'s, B: Backend>(self, session: &mut Session<'s, B>) -> Result<Rows<'s>>
    where
        Author: Entity<B>,
        Book: Entity<B>,
    {
        let mut rows = Rows {
            authors: session.find_many::<Author, _>([1, 2, 3, 4])?.required()?,
            kept: session.find::<Book>(1)?.required()?,
            goes: session.find::<Book>(2)?.required()?,
            removed: None,
            new: Vec::new(),
            new_book: None,
        };
        session.edit(&rows.authors[1])?.name = "renamed".into();
        rows.new.push(session.persist(NewAuthor::new("outside", "outside"))?);
        if self == Self::Flush {
            session.edit(&rows.authors[0])?.name = "changed".into();
            let new = session.persist(NewAuthor::new("new", "new"))?;
            rows.new_book = Some(session.persist(NewBook::new("new", &new))?);
            session.link(&rows.kept, Book::author(), &new)?;
            rows.new.push(new);
            swap(session, &rows)?;
            rows.removed = Some(session.remove(rows.goes.alias())?);
        }
        Ok(rows)
    }

    /// Does it.
    pub(crate) fn run<'s, B: Backend>(self, session: &mut Session<'s, B>, rows: &Rows<'s>) -> Outcome
    where
        Author: Entity<B>,
        Book: Entity<B>,
    {
        let mut swallowed = Vec::new();
        let result = match self {
            Self::Flush => session.flush(),
            Self::Transaction => transact(session, rows, &mut |result| result),
            Self::CarelessTransaction => transact(session, rows, &mut |result| {
                swallowed.extend(result.err());
                Ok(())
            }),
        };
        Outcome { result, swallowed }
    }
}

fn transact<'s, B: Backend>(
    session: &mut Session<'s, B>,
    rows: &Rows<'s>,
    carry_on: &mut dyn FnMut(Result<()>) -> Result<()>,
) -> Result<()>
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    session.transaction(|tx| {
        tx.edit(&rows.authors[0])?.name = "changed".into();
        let new = tx.persist(NewAuthor::new("new", "new"))?;
        let flushed = tx.flush();
        carry_on(flushed)?;
        let inner = tx.transaction(|inner| {
            swap(inner, rows)?;
            inner.persist(NewBook::new("new", &new))?;
            inner.remove(rows.goes.alias()).map(drop)
        });
        carry_on(inner)?;
        tx.link(&rows.kept, Book::author(), &new)
    })
}

/// Two authors take each other's unique value, which cannot be NULL.
fn swap<'s, B: Backend>(uow: &mut UnitOfWork<'s, B>, rows: &Rows<'s>) -> Result<()>
where
    Author: Entity<B>,
{
    uow.edit(&rows.authors[2])?.slug = "d".into();
    uow.edit(&rows.authors[3])?.slug = "c".into();
    Ok(())
}

impl<'s> Rows<'s> {
    /// What memory has of them. That each draft is one still is in it.
    pub(crate) fn memory<B: Backend>(&self, session: &Session<'s, B>) -> Memory
    where
        Author: Entity<B>,
        Book: Entity<B>,
    {
        let authors: Vec<_> = self.authors.iter().map(|author| &session[author]).collect();
        let new: Vec<_> = self.new.iter().map(|new| session.draft(new).unwrap().name.clone()).collect();
        let new_book = self.new_book.as_ref().map(|new| session.draft(new).unwrap().title.clone());
        let removed = self.removed.as_ref().map(|removed| &session[removed]);
        let [kept, goes] = [&self.kept, &self.goes].map(|book| &session[book]);
        let unwritten =
            self.new.iter().all(|new| matches!(session.promote(new), Err(Error::NotWritten { .. })));
        assert!(unwritten, "a draft was taken for a row");
        let rows = format!("{authors:?} {kept:?} {goes:?} {removed:?} {new:?} {new_book:?}");
        Memory { rows, plan: session.plan().unwrap() }
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) result: Result<()>,
    swallowed: Vec<Error>,
}

impl Outcome {
    /// The connection was lost, and the error says so: that of COMMIT that nobody knows what happened, and what came after a
    /// swallowed one why nothing is possible any more.
    pub(crate) fn check(&self, at_commit: bool, context: &str) {
        let is_lost = |error: &Error| {
            error.failure().is_some_and(|failure| failure.kind == FailureKind::LostConnection)
                && error.is_retryable()
        };
        let is_doomed =
            |error: &Error| matches!(error, Error::Doomed { cause } if cause.contains("connection was lost"));
        let Err(error) = &self.result else { panic!("{context}: it went well") };
        let right = match (at_commit, self.swallowed.as_slice()) {
            (true, []) => matches!(error, Error::CommitUnknown { .. }) && !error.is_retryable(),
            (false, []) => is_lost(error),
            (false, [first, rest @ ..]) => is_lost(first) && rest.iter().chain([error]).all(is_doomed),
            (true, _) => false,
        };
        assert!(right, "{context}: {self:?}");
    }

    /// It is refused to be written a second time.
    pub(crate) fn check_refused(&self, context: &str) {
        let refused = match &self.result {
            Err(Error::Stale(_)) => true,
            Err(error) => error.failure().is_some_and(|failure| failure.kind == FailureKind::Unique),
            Ok(()) => false,
        };
        assert!(refused, "{context}: {self:?}");
    }
}
