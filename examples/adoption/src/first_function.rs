//! The first function on Moored: `lend`. All others are the old ones, on the same connection and in the same transaction.

use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::before;
use crate::desk::{Answer, MOST_FINES, Refusal, Request};
use crate::entities::{Book, Member, NewLoan};
use crate::schema::loans;

/// Serves one request.
///
/// # Errors
///
/// Why it was not served. Nothing is changed then.
pub fn serve(orm: &Orm<Sqlite>, request: Request) -> Result<Answer, Refusal> {
    orm.try_session(|session| {
        session.try_transaction(|tx| match request {
            Request::Join(name) => before::join(tx.connection()?, name).map(Answer::Key),
            Request::Lend { book, member } => lend(tx, book, member).map(Answer::Key),
            Request::GiveBack { loan, days_late } => {
                before::give_back(tx.connection()?, loan, days_late).map(|()| Answer::Done)
            }
            Request::Exchange { loan, days_late, book } => {
                exchange(tx, loan, days_late, book).map(Answer::Key)
            }
            Request::Shelf => before::shelf(tx.connection()?).map(Answer::Titles),
            Request::LoansOf(member) => before::loans_of(tx.connection()?, member).map(Answer::Titles),
        })
    })
}

pub(crate) fn lend(tx: &mut Transaction<'_, '_, Sqlite>, book: i32, member: i32) -> Result<i32, Refusal> {
    let member = tx.find::<Member>(member)?.required()?;
    if tx[&member].fines_cents > MOST_FINES {
        return Err(Refusal::Rule("the member owes too much"));
    }
    let book = tx.find::<Book>(book)?.required()?;
    if tx[&book].copies == 0 {
        return Err(Refusal::Rule("no copy is left"));
    }
    tx.edit(&book)?.copies -= 1;
    let loan = tx.persist(NewLoan::new(&book, &member, true))?;
    tx.flush()?; // the old callers want the key
    let loan = tx.promote(&loan)?;
    Ok(tx[&loan].id)
}

/// Calls an old function and the new one: a transaction that the old one opens is a savepoint of this one.
fn exchange(
    tx: &mut Transaction<'_, '_, Sqlite>,
    loan: i32,
    days_late: i32,
    book: i32,
) -> Result<i32, Refusal> {
    let connection = tx.connection()?;
    let member = loans::table.find(loan).select(loans::member_id).first(connection)?;
    before::give_back(connection, loan, days_late)?;
    lend(tx, book, member) // reads what the old function wrote: nothing of it was in memory
}
