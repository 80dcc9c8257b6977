//! The program as it was: functions on plain Diesel, each of which takes the connection.

use diesel::prelude::*;

use crate::desk::{Answer, FINE, MOST_FINES, Refusal, Request};
use crate::schema::{books, loans, members};

#[derive(Queryable)]
struct Loan {
    id: i32,
    book_id: i32,
    member_id: i32,
    is_out: bool,
}

#[derive(Insertable)]
#[diesel(table_name = loans)]
struct NewLoan {
    book_id: i32,
    member_id: i32,
    is_out: bool,
}

/// Serves one request.
///
/// # Errors
///
/// Why it was not served. Nothing is changed then.
pub fn serve(connection: &mut SqliteConnection, request: Request) -> Result<Answer, Refusal> {
    match request {
        Request::Join(name) => join(connection, name).map(Answer::Key),
        Request::Lend { book, member } => lend(connection, book, member).map(Answer::Key),
        Request::GiveBack { loan, days_late } => {
            give_back(connection, loan, days_late).map(|()| Answer::Done)
        }
        Request::Exchange { loan, days_late, book } => {
            exchange(connection, loan, days_late, book).map(Answer::Key)
        }
        Request::Shelf => shelf(connection).map(Answer::Titles),
        Request::LoansOf(member) => loans_of(connection, member).map(Answer::Titles),
    }
}

pub(crate) fn join(connection: &mut SqliteConnection, name: &str) -> Result<i32, Refusal> {
    let member = (members::name.eq(name), members::fines_cents.eq(0));
    Ok(diesel::insert_into(members::table).values(member).returning(members::id).get_result(connection)?)
}

pub(crate) fn lend(connection: &mut SqliteConnection, book: i32, member: i32) -> Result<i32, Refusal> {
    connection.transaction(|connection| {
        let member = members::table.find(member);
        let (member_id, fines): (i32, i32) =
            member.select((members::id, members::fines_cents)).first(connection)?;
        if fines > MOST_FINES {
            return Err(Refusal::Rule("the member owes too much"));
        }
        let book = books::table.find(book);
        let (book_id, copies): (i32, i32) = book.select((books::id, books::copies)).first(connection)?;
        if copies == 0 {
            return Err(Refusal::Rule("no copy is left"));
        }
        diesel::update(book).set(books::copies.eq(copies - 1)).execute(connection)?;
        Ok(diesel::insert_into(loans::table)
            .values(NewLoan { book_id, member_id, is_out: true })
            .returning(loans::id)
            .get_result(connection)?)
    })
}

pub(crate) fn give_back(connection: &mut SqliteConnection, loan: i32, days_late: i32) -> Result<(), Refusal> {
    connection.transaction(|connection| {
        let loan: Loan = loans::table.find(loan).first(connection)?;
        if !loan.is_out {
            return Err(Refusal::Rule("it is back already"));
        }
        diesel::update(loans::table.find(loan.id)).set(loans::is_out.eq(false)).execute(connection)?;
        diesel::update(books::table.find(loan.book_id))
            .set(books::copies.eq(books::copies + 1))
            .execute(connection)?;
        fine(connection, loan.member_id, days_late)
    })
}

pub(crate) fn fine(connection: &mut SqliteConnection, member: i32, days_late: i32) -> Result<(), Refusal> {
    if days_late > 0 {
        diesel::update(members::table.find(member))
            .set(members::fines_cents.eq(members::fines_cents + days_late.saturating_mul(FINE)))
            .execute(connection)?;
    }
    Ok(())
}

fn exchange(connection: &mut SqliteConnection, loan: i32, days_late: i32, book: i32) -> Result<i32, Refusal> {
    connection.transaction(|connection| {
        let member = loans::table.find(loan).select(loans::member_id).first(connection)?;
        give_back(connection, loan, days_late)?;
        lend(connection, book, member)
    })
}

pub(crate) fn shelf(connection: &mut SqliteConnection) -> Result<Vec<String>, Refusal> {
    let there = books::table.filter(books::copies.gt(0)).order(books::title);
    Ok(there.select(books::title).load(connection)?)
}

pub(crate) fn loans_of(connection: &mut SqliteConnection, member: i32) -> Result<Vec<String>, Refusal> {
    let out = loans::table.filter(loans::member_id.eq(member).and(loans::is_out)).order(loans::id);
    Ok(out.inner_join(books::table).select(books::title).load(connection)?)
}
