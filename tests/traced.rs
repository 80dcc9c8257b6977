//! What the feature `tracing` tells a subscriber: which spans and events, and never a value.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use moored::prelude::*;
use moored::{Error, OrmBuilder, Result};
use shop::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Collects what it is told, in lines: spans as they are entered and left, and events with their fields, each as deep as the
/// spans around it.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Collected>>);

#[derive(Default)]
struct Collected {
    spans: Vec<String>,
    depth: usize,
    lines: Vec<String>,
    levels: Vec<Level>,
}

#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // How long it took is another each time.
        let shown = if field.name() == "took_us" { "..".into() } else { format!("{value:?}") };
        self.0.push_str(&match field.name() {
            "message" => format!(" [{shown}]"),
            name => format!(" {name}={shown}"),
        });
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("moored")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let mut collected = self.0.lock().unwrap();
        collected.spans.push(format!("{}{}", span.metadata().name(), fields.0));
        Id::from_u64(collected.spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut collected = self.0.lock().unwrap();
        let depth = collected.depth;
        collected.levels.push(*event.metadata().level());
        collected.lines.push(format!("{}{}", "  ".repeat(depth), fields.0.trim_start()));
    }

    fn enter(&self, span: &Id) {
        let mut collected = self.0.lock().unwrap();
        let line =
            format!("{}{}", "  ".repeat(collected.depth), collected.spans[span.into_u64() as usize - 1]);
        collected.lines.push(line);
        collected.depth += 1;
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().depth -= 1;
    }
}

/// What is told while `work` runs on a database of its own, and the levels of the events.
fn traced_with(
    settings: impl FnOnce(OrmBuilder<Sqlite>) -> OrmBuilder<Sqlite>,
    work: impl FnOnce(&Orm<Sqlite>),
) -> (Vec<String>, Vec<Level>) {
    let orm = orm_with(settings);
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || work(&orm));
    let mut collected = collector.0.lock().unwrap();
    assert_eq!(collected.depth, 0, "a span was never left");
    (std::mem::take(&mut collected.lines), std::mem::take(&mut collected.levels))
}

fn traced(work: impl FnOnce(&Orm<Sqlite>)) -> Vec<String> {
    traced_with(|settings| settings, work).0
}

/// The lines without the texts of statements, of which the first word is left.
fn shapes(lines: &[String]) -> Vec<String> {
    lines
        .iter()
        .map(|line| match line.split_once("statement=\"") {
            Some((before, text)) => format!("{before}{}", text.split([' ', '"']).next().unwrap_or_default()),
            None => line.replace("[statement] ", ""),
        })
        .map(|line| line.replace("[statement] ", ""))
        .collect()
}

#[test]
fn a_session_is_a_span_around_its_transactions_flushes_and_statements() {
    let lines = traced(|orm| {
        orm.session(|session| {
            let arya = session.find::<Author>(1)?.required()?;
            session.transaction(|tx| {
                tx.edit(&arya)?.name = "No One".into();
                tx.transaction(|savepoint| savepoint.persist(NewAuthor::new("Sansa")).map(drop))
            })?;
            session.persist(NewAuthor::new("Bran"))?;
            session.persist(NewBook::new("Lessons", Key::<Author>::new(1)))?;
            session.flush()
        })
        .unwrap();
    });
    assert_eq!(
        shapes(&lines),
        [
            "session backend=\"SQLite\" reads=false",
            "  SELECT",
            "  transaction depth=1",
            "    BEGIN",
            "    transaction depth=2",
            "      SAVEPOINT",
            "      flush",
            "        INSERT",
            "      RELEASE",
            "    flush",
            "      UPDATE",
            "    COMMIT",
            "  flush",
            "    BEGIN",
            "    INSERT",
            "    INSERT",
            "    COMMIT",
            "  [session ended] statements=11 flushes=3 inserted=3 updated=1 deleted=0 upserted=0",
        ]
    );
}

#[test]
fn a_session_that_reads_says_so_and_plain_diesel_is_counted() {
    let lines = traced(|orm| {
        orm.read(|session| session.query::<Author>(authors::table).all().map(drop)).unwrap();
        orm.session(|session| {
            diesel::delete(books::table).execute(session.connection()?)?;
            session.requires_new(|_| Ok(()))
        })
        .unwrap();
    });
    assert_eq!(
        shapes(&lines),
        [
            "session backend=\"SQLite\" reads=true",
            "  SELECT",
            "  [session ended] statements=1 flushes=0 inserted=0 updated=0 deleted=0 upserted=0",
            "session backend=\"SQLite\" reads=false",
            "  DELETE",
            "  transaction depth=1",
            "    BEGIN",
            "    COMMIT",
            "  [session ended] statements=3 flushes=0 inserted=0 updated=0 deleted=0 upserted=0",
        ]
    );
}

/// Everything that a session can do with a value goes by: drafts, edits, filters, keys, and what the database refuses.
fn work_on_secrets(orm: &Orm<Sqlite>) {
    let refused = orm.session(|session| {
        let author = session.persist(NewAuthor::new("s3cret name").email("s3cret@example.org"))?;
        session.flush()?;
        let author = session.promote(&author)?;
        session.edit(&author)?.name = "another s3cret".into();
        session.flush()?;
        session.persist(Tag { name: "s3cret".into(), color: "s3cret".into() })?;
        session.flush()?;
        session.find::<Tag>("s3cret?".to_owned())?;
        session.query::<Author>(authors::table.filter(authors::name.eq("s3cret"))).all()?;
        let tag = Tag { name: "s3cret upsert".into(), color: "s3cret".into() };
        session.upsert(tag).on_conflict(UniqueSet::KEY).update(Tag::COLOR).execute()?;
        session.update_all::<Tag>(tags::table).set(tags::color.eq("s3cret")).execute()?;
        diesel::update(tags::table).set(tags::color.eq("s3cret")).execute(session.connection()?)?;
        // Refused: the email is taken.
        session.persist(NewAuthor::new("s3cret").email("s3cret@example.org"))?;
        session.flush()
    });
    assert!(matches!(refused, Err(Error::Database { .. })), "{refused:?}");
}

#[test]
fn values_never_appear() {
    let slow = |settings: OrmBuilder<Sqlite>| settings.slow_statements(Duration::ZERO);
    for settings in [(|settings| settings) as fn(_) -> _, slow] {
        let (lines, _) = traced_with(settings, work_on_secrets);
        assert!(lines.len() > 12, "{lines:#?}");
        let shown: Vec<_> = lines.iter().filter(|line| line.contains("s3cret")).collect();
        assert!(shown.is_empty(), "{shown:#?}");
        // A failure is told by its kind.
        assert!(lines.iter().any(|line| line.contains("[refused] kind=")), "{lines:#?}");
    }
}

#[test]
fn values_appear_where_they_were_asked_for() {
    let (lines, _) = traced_with(|settings| settings.trace_values(true), work_on_secrets);
    assert!(lines.iter().any(|line| line.contains("binds") && line.contains("s3cret name")), "{lines:#?}");
}

#[test]
fn a_slow_statement_is_a_warning_with_its_text() {
    let read = |orm: &Orm<Sqlite>| {
        orm.read(|session| session.query::<Author>(authors::table).all().map(drop)).unwrap();
    };
    let (lines, levels) = traced_with(|settings| settings.slow_statements(Duration::ZERO), read);
    assert_eq!(levels, [Level::WARN, Level::DEBUG]);
    assert!(lines[1].contains("[slow statement]") && lines[1].contains("FROM `authors`"), "{lines:#?}");
    let (lines, levels) = traced_with(|settings| settings.slow_statements(Duration::from_secs(3600)), read);
    assert_eq!(levels, [Level::DEBUG, Level::DEBUG]);
    assert!(lines[1].contains("[statement]"), "{lines:#?}");
}

#[test]
fn spans_are_left_and_the_numbers_told_after_an_error_and_a_panic() {
    let ended = "  [session ended] statements=2 flushes=0 inserted=0 updated=0 deleted=0 upserted=0";
    let expected = [
        "session backend=\"SQLite\" reads=false",
        "  transaction depth=1",
        "    BEGIN",
        "    ROLLBACK",
        ended,
    ];
    let failed = traced(|orm| {
        let failed: Result<()> =
            orm.session(|session| session.transaction(|_| Err(Error::NotFound { entity: "Reason" })));
        assert!(failed.is_err());
    });
    assert_eq!(shapes(&failed), expected);
    let panicked = traced(|orm| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            orm.session(|session| session.transaction::<()>(|_| panic_any("a reason")))
        }));
        assert!(panicked.is_err());
    });
    assert_eq!(shapes(&panicked), expected);
}
