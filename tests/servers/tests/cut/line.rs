//! The line to a database: runs work over it that is interrupted or not, and looks at what is left at both ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_query;
use moored::event::Events;
use moored::prelude::*;
use moored_server_tests::Place;

use crate::job::Job;
use crate::library::{Author, Book, ROWS, contents, tables};

/// The line to a database.
pub(crate) struct Line<B: Backend> {
    /// Another one, which nothing happens to.
    aside: Orm<B>,
    place: Place<B>,
    /// What subscribers of the line in use were told.
    told: Arc<Told>,
}

/// How often subscribers were told of a commit, and of a rollback.
#[derive(Default)]
struct Told {
    committed: AtomicUsize,
    rolled_back: AtomicUsize,
}

impl Told {
    fn count(times: &AtomicUsize) {
        times.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self) -> (usize, usize) {
        (self.committed.swap(0, Ordering::Relaxed), self.rolled_back.swap(0, Ordering::Relaxed))
    }
}

/// Where work is interrupted, and what that has to come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interruption<'a> {
    pub(crate) job: Job,
    pub(crate) context: &'a str,
    /// Whether it is at COMMIT.
    pub(crate) at_commit: bool,
    /// Whether COMMIT was executed all the same.
    pub(crate) written: bool,
}

/// What the database has after the work.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// By it alone.
    work: Vec<String>,
    /// With what was pending outside of it.
    all: Vec<String>,
}

impl<B: Backend> Line<B>
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    pub(crate) fn to(place: Place<B>) -> Self {
        let (aside, _) = place.open(&tables(place.flavour()));
        Self { aside, place, told: Arc::default() }
    }

    /// Subscribes to the ends of transactions.
    pub(crate) fn listen(&self, events: &mut Events<'_, B>) {
        let told = Arc::clone(&self.told);
        events.after_commit(move |_| Told::count(&told.committed));
        let told = Arc::clone(&self.told);
        events.after_rollback(move |_| Told::count(&told.rolled_back));
    }

    pub(crate) const fn place(&self) -> &Place<B> {
        &self.place
    }

    /// Does the work. `begin` and `end` are called where it begins and ends.
    pub(crate) fn undisturbed(
        &self,
        orm: &Orm<B>,
        job: Job,
        begin: impl FnOnce(),
        end: impl FnOnce(),
    ) -> Written {
        self.reset();
        orm.session(|session| {
            self.number_of(session)?;
            let rows = job.prepare(session)?;
            begin();
            job.run(session, &rows).result?;
            end();
            let work = contents(&self.aside);
            session.flush()?;
            Ok(Written { work, all: contents(&self.aside) })
        })
        .unwrap()
    }

    /// Begins the work, and after it was interrupted does it again. `begin` gets the number of the connection.
    pub(crate) fn interrupted(
        &self,
        orm: &Orm<B>,
        Interruption { job, context, at_commit, written }: Interruption<'_>,
        expected: &Written,
        begin: impl FnOnce(i64),
    ) {
        self.reset();
        let at_the_start = contents(&self.aside);
        let ended = orm.session(|session| {
            // Before anything is pending, which would be flushed.
            let connection = self.number_of(session)?;
            let rows = job.prepare(session)?;
            let memory = rows.memory(session);
            self.told.take();
            begin(connection);
            job.run(session, &rows).check(at_commit, context);
            // Nobody knows what became of a COMMIT that was not answered, and what did not begin has no end.
            let (committed, rolled_back) = self.told.take();
            assert!(committed == 0 && rolled_back <= usize::from(!at_commit), "{context}");
            assert_eq!(rows.memory(session), memory, "{context}");
            self.wait_for_the_end_of(connection);
            let left = if written { &expected.work } else { &at_the_start };
            assert_eq!(&contents(&self.aside), left, "{context}");
            // Nothing is put right, and the session has another connection.
            let again = job.run(session, &rows);
            if written {
                again.check_refused(context);
                assert_eq!(rows.memory(session), memory, "{context}");
                assert_eq!(&contents(&self.aside), left, "{context}");
                session.discard();
            } else {
                again.result?;
                assert_eq!(self.told.take(), (1, 0), "{context}");
                session.flush()?;
                assert_eq!(contents(&self.aside), expected.all, "{context}");
            }
            Ok(())
        });
        assert!(ended.is_ok(), "{context}: {ended:?}");
    }

    /// The number of a session's connection.
    fn number_of(&self, session: &mut Session<'_, B>) -> moored::Result<i64> {
        let server = self.place.flavour().server().unwrap();
        Ok(B::count(session.connection()?, &sql_query(server.connection))?)
    }

    /// Has the server end a connection, and waits until it is gone.
    pub(crate) fn kill(&self, connection: i64) {
        let kill = format!("{}({connection})", self.place.flavour().server().unwrap().end);
        self.aside.with_connection(|aside| Ok(aside.batch_execute(&kill)?)).unwrap();
        self.wait_for_the_end_of(connection);
    }

    fn wait_for_the_end_of(&self, connection: i64) {
        let alive = format!("{} {connection}", self.place.flavour().server().unwrap().alive);
        let alive =
            || self.aside.with_connection(|aside| Ok(B::count(aside, &sql_query(&alive))?)).unwrap() > 0;
        let began = Instant::now();
        while alive() {
            assert!(began.elapsed() < Duration::from_secs(20), "the connection does not end");
            sleep(Duration::from_millis(1));
        }
    }

    fn reset(&self) {
        self.aside.with_connection(|aside| Ok(aside.batch_execute(ROWS)?)).unwrap();
    }
}
