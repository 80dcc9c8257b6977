//! Half of it on Moored. `give_back` is taken over and calls an old function that changes a row which is in memory.

use moored::prelude::*;
use moored_sqlite::Sqlite;

use crate::before;
use crate::desk::{Answer, Refusal, Request};
use crate::entities::{Book, Loan, Member};
use crate::first_function::lend;

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
            Request::GiveBack { loan, days_late } => give_back(tx, loan, days_late).map(|_| Answer::Done),
            Request::Exchange { loan, days_late, book } => {
                let member = give_back(tx, loan, days_late)?;
                lend(tx, book, *member.value()).map(Answer::Key)
            }
            Request::Shelf => before::shelf(tx.connection()?).map(Answer::Titles),
            Request::LoansOf(member) => before::loans_of(tx.connection()?, member).map(Answer::Titles),
        })
    })
}

fn give_back(
    tx: &mut Transaction<'_, '_, Sqlite>,
    loan: i32,
    days_late: i32,
) -> Result<Key<Member>, Refusal> {
    let loan = tx.find::<Loan>(loan)?.required()?;
    if !tx[&loan].is_out {
        return Err(Refusal::Rule("it is back already"));
    }
    let (book, member) = (tx[&loan].book_id, tx[&loan].member_id);
    let (book, member) = (tx.find::<Book>(book)?.required()?, tx.find::<Member>(member)?.required()?);
    tx.edit(&loan)?.is_out = false;
    tx.edit(&book)?.copies += 1;
    let key = tx.key(&member);
    // It is about members alone: the loan and the book are not written for it.
    before::fine(tx.connection_for::<Member>()?, *key.value(), days_late)?;
    tx.refresh(&member)?; // what plain Diesel wrote is not in memory
    Ok(key)
}
