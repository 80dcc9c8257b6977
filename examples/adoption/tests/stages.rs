//! Every stage gives the same answers and leaves the same rows, and the page that walks through them shows their code.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use adoption::desk::{Answer, Request};
use adoption::entities::{Book, Member};
use adoption::schema::{books, loans, members};
use adoption::{STAGES, before, open};
use diesel::prelude::*;
use moored::assert_statements;
use moored::prelude::*;
use moored_sqlite::Sqlite;

const PAGE: &str = include_str!("../../../docs/adoption.md");

/// A day at the desk, with what is answered.
fn day() -> Vec<(Request, Result<Answer, &'static str>)> {
    let titles = |titles: &[&str]| Ok(Answer::Titles(titles.iter().map(|title| (*title).into()).collect()));
    vec![
        (Request::Shelf, titles(&["Dawn", "Kindred"])),
        (Request::Join("Grace"), Ok(Answer::Key(2))),
        (Request::Lend { book: 1, member: 1 }, Ok(Answer::Key(1))),
        (Request::Lend { book: 1, member: 2 }, Err("no copy is left")),
        (Request::Lend { book: 1, member: 9 }, Err("there is no such row")),
        (Request::LoansOf(1), titles(&["Kindred"])),
        (Request::Exchange { loan: 1, days_late: 3, book: 2 }, Ok(Answer::Key(2))),
        (Request::Shelf, titles(&["Kindred"])),
        // What it owes by then is more than a member may owe, so that neither half of it is done.
        (Request::Exchange { loan: 2, days_late: 30, book: 1 }, Err("the member owes too much")),
        (Request::LoansOf(1), titles(&["Dawn"])),
        (Request::GiveBack { loan: 2, days_late: 0 }, Ok(Answer::Done)),
        (Request::GiveBack { loan: 2, days_late: 0 }, Err("it is back already")),
        (Request::GiveBack { loan: 9, days_late: 0 }, Err("there is no such row")),
        (Request::LoansOf(1), titles(&[])),
        (Request::Shelf, titles(&["Dawn", "Kindred"])),
    ]
}

type Rows = (Vec<(i32, String, i32)>, Vec<(i32, String, i32)>, Vec<(i32, i32, i32, bool)>);

fn rows(orm: &Orm<Sqlite>) -> Rows {
    orm.with_connection(|connection| {
        let members = members::table.order(members::id).load(connection)?;
        let books = books::table.order(books::id).load(connection)?;
        Ok((members, books, loans::table.order(loans::id).load(connection)?))
    })
    .unwrap()
}

#[test]
fn every_stage_answers_and_writes_the_same() {
    let expected: Rows = (
        vec![(1, "Ada".into(), 60), (2, "Grace".into(), 0)],
        vec![(1, "Kindred".into(), 1), (2, "Dawn".into(), 1)],
        vec![(1, 1, 1, false), (2, 2, 1, false)],
    );
    for (stage, serve) in STAGES {
        let (orm, _) = open().unwrap();
        for (request, answer) in day() {
            let given = serve(&orm, request).map_err(|refusal| refusal.to_string());
            assert_eq!(given, answer.map_err(str::to_owned), "{stage}: {request:?}");
        }
        assert_eq!(rows(&orm), expected, "{stage}");
    }
}

#[test]
fn the_page_says_how_many_statements_each_stage_sends() {
    let requests = [
        ("`Join`", Request::Join("Grace")),
        ("`Lend`", Request::Lend { book: 1, member: 1 }),
        ("`Exchange`", Request::Exchange { loan: 1, days_late: 3, book: 2 }),
        ("`LoansOf`", Request::LoansOf(1)),
        ("`GiveBack`", Request::GiveBack { loan: 2, days_late: 3 }),
        ("`Shelf`", Request::Shelf),
    ];
    let mut lines = requests.map(|(name, _)| format!("| {name} |"));
    for (stage, serve) in STAGES {
        let (orm, log) = open().unwrap();
        for (line, (_, request)) in lines.iter_mut().zip(requests) {
            serve(&orm, request).unwrap_or_else(|refusal| unreachable!("{stage}: {request:?}: {refusal}"));
            line.push_str(&format!(" {} |", log.take().len()));
        }
    }
    let table = lines.join("\n");
    assert!(PAGE.contains(&table), "docs/adoption.md does not have this table:\n{table}");
}

#[test]
fn what_plain_diesel_writes_is_not_in_memory_until_it_is_read_again() {
    let (orm, _) = open().unwrap();
    let fine = |connection: &mut SqliteConnection| {
        diesel::update(members::table)
            .set(members::fines_cents.eq(members::fines_cents + 1))
            .execute(connection)
    };
    orm.session(|session| {
        let ada = session.find::<Member>(1)?.required()?;
        fine(session.connection()?)?;
        assert_eq!(session[&ada].fines_cents, 0);
        session.refresh(&ada)?;
        assert_eq!(session[&ada].fines_cents, 1);

        fine(session.connection()?)?;
        session.query::<Member>(members::table).all()?;
        assert_eq!(session[&ada].fines_cents, 2, "a query is enough, a `find` is not");

        // What is edited is written over what plain Diesel wrote meanwhile.
        session.edit(&ada)?.fines_cents = 0;
        fine(session.connection_for::<Book>()?)?;
        session.flush()?;
        assert_eq!(rows(&orm).0, [(1, "Ada".to_owned(), 0)]);

        // The same statement by way of the session, which memory knows of.
        let more = members::fines_cents.eq(members::fines_cents + 1);
        session.update_all::<Member>(members::table).set(more).execute()?;
        assert_eq!(session[&ada].fines_cents, 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_connection_flushes_what_it_may_read() {
    let (orm, log) = open().unwrap();
    orm.session(|session| {
        session.transaction(|tx| {
            let (ada, book) = (tx.find::<Member>(1)?.required()?, tx.find::<Book>(1)?.required()?);
            tx.edit(&book)?.copies = 5;
            tx.edit(&ada)?.fines_cents = 5;
            // Nothing of that table is changed. Once something is, the flush is of everything.
            assert_statements!(log, 0, { tx.connection_for::<adoption::entities::Loan>()? });
            assert!(tx.has_changes());
            tx.connection_for::<Book>()?;
            assert!(!tx.has_changes());
            tx.edit(&ada)?.fines_cents = 6;
            tx.connection()?;
            assert!(!tx.has_changes());
            Ok(())
        })
    })
    .unwrap();
}

/// A savepoint of Diesel's, which an old function opens, is undone alone; the transaction around it goes on.
#[test]
fn an_old_function_that_fails_is_undone_in_the_transaction_of_the_session() {
    let (orm, _) = open().unwrap();
    orm.session(|session| {
        session.transaction(|tx| {
            let ada = tx.find::<Member>(1)?.required()?;
            tx.edit(&ada)?.fines_cents = 5;
            let refused = before::serve(
                tx.connection()?,
                Request::Exchange { loan: 1, days_late: 3, book: 2 }, // there is no such loan
            );
            assert_eq!(refused.unwrap_err().to_string(), "there is no such row");
            Ok(())
        })
    })
    .unwrap();
    assert_eq!(rows(&orm).0, [(1, "Ada".to_owned(), 5)]);
}

#[test]
fn every_block_of_the_page_is_code_of_the_stages() {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let code = [
        include_str!("../src/before.rs"),
        include_str!("../src/entities.rs"),
        include_str!("../src/first_function.rs"),
        include_str!("../src/half_way.rs"),
        include_str!("../src/after.rs"),
        include_str!("stages.rs"),
    ]
    .map(dense);
    let (mut blocks, mut lines) = (0, PAGE.lines());
    while lines.any(|line| line == "```rust") {
        let block = lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n");
        let is_there = code.iter().any(|code| code.contains(&dense(&block)));
        assert!(is_there, "this block of docs/adoption.md is in no stage:\n{block}");
        blocks += 1;
    }
    assert!(blocks > 5, "the page has {blocks} blocks");
}
