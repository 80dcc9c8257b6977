//! All of it on Moored. What works on rows are services now, which cannot flush, commit or reach the connection.

use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::desk::{Answer, FINE, MOST_FINES, Refusal, Request};
use crate::entities::{Book, Loan, Member, NewLoan, NewMember};
use crate::schema::loans;

/// Serves one request.
///
/// # Errors
///
/// Why it was not served. Nothing is changed then.
pub fn serve(orm: &Orm<Sqlite>, request: Request) -> Result<Answer, Refusal> {
    match request {
        Request::Join(name) => write(orm, |tx| {
            let member = tx.persist(NewMember::new(name, 0))?;
            tx.flush()?;
            let member = tx.promote(&member)?;
            Ok(Answer::Key(tx[&member].id))
        }),
        Request::Lend { book, member } => write(orm, |tx| {
            let loan = lend(tx, book, Key::new(member))?;
            written(tx, &loan)
        }),
        Request::GiveBack { loan, days_late } => write(orm, |tx| {
            give_back(tx, loan, days_late)?;
            Ok(Answer::Done)
        }),
        Request::Exchange { loan, days_late, book } => write(orm, |tx| {
            let member = give_back(tx, loan, days_late)?;
            let loan = lend(tx, book, member)?;
            written(tx, &loan)
        }),
        Request::Shelf => Ok(Answer::Titles(orm.read(shelf)?)),
        Request::LoansOf(member) => Ok(Answer::Titles(orm.read(|session| loans_of(session, member))?)),
    }
}

/// The one place that decides what is written together.
fn write(
    orm: &Orm<Sqlite>,
    work: impl for<'t, 's> FnOnce(&mut Transaction<'t, 's, Sqlite>) -> Result<Answer, Refusal>,
) -> Result<Answer, Refusal> {
    orm.try_session(|session| session.try_transaction(work))
}

fn written<'t>(
    tx: &mut Transaction<'t, '_, Sqlite>,
    loan: &Handle<'t, Loan, New>,
) -> Result<Answer, Refusal> {
    tx.flush()?;
    let loan = tx.promote(loan)?;
    Ok(Answer::Key(tx[&loan].id))
}

fn lend<'s>(
    uow: &mut UnitOfWork<'s, Sqlite>,
    book: i32,
    member: Key<Member>,
) -> Result<Handle<'s, Loan, New>, Refusal> {
    let member = uow.find::<Member>(member)?.required()?;
    if uow[&member].fines_cents > MOST_FINES {
        return Err(Refusal::Rule("the member owes too much"));
    }
    let book = uow.find::<Book>(book)?.required()?;
    if uow[&book].copies == 0 {
        return Err(Refusal::Rule("no copy is left"));
    }
    uow.edit(&book)?.copies -= 1;
    Ok(uow.persist(NewLoan::new(&book, &member, true))?)
}

fn give_back(uow: &mut UnitOfWork<'_, Sqlite>, loan: i32, days_late: i32) -> Result<Key<Member>, Refusal> {
    let loan = uow.find::<Loan>(loan)?.required()?;
    if !uow[&loan].is_out {
        return Err(Refusal::Rule("it is back already"));
    }
    uow.edit(&loan)?.is_out = false;
    let (book, member) = (uow[&loan].book_id, uow[&loan].member_id);
    let book = uow.find::<Book>(book)?.required()?;
    uow.edit(&book)?.copies += 1;
    if days_late > 0 {
        let member = uow.find::<Member>(member)?.required()?;
        let member = uow.edit(&member)?;
        member.fines_cents = member.fines_cents.saturating_add(days_late.saturating_mul(FINE));
    }
    Ok(member)
}

fn shelf<A: ?Sized>(uow: &mut UnitOfWork<'_, Sqlite, A>) -> moored::Result<Vec<String>> {
    let there = Book::COPIES.gt(0).order(Book::TITLE.asc());
    let books = uow.select(there).all()?;
    Ok(books.iter().map(|book| uow[book].title.clone()).collect())
}

fn loans_of<A: ?Sized>(uow: &mut UnitOfWork<'_, Sqlite, A>, member: i32) -> moored::Result<Vec<String>> {
    let out = loans::table.filter(loans::member_id.eq(member).and(loans::is_out)).order(loans::id);
    let books = uow.query::<Loan>(out).with(Loan::book()).all()?;
    books.iter().map(|loan| Ok(uow[&uow.related(loan, Loan::book())?].title.clone())).collect()
}
