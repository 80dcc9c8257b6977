//! The server ends the connection before each statement of the client's.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use moored::prelude::*;
use moored_server_tests::Place;

use crate::job::Job;
use crate::library::{Author, Book};
use crate::line::{Interruption, Line};

pub(crate) fn a_flush_whose_connection_is_killed_before_any_statement<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    killed_before_any_statement(place, Job::Flush);
}

pub(crate) fn a_transaction_whose_connection_is_killed_before_any_statement<B: Backend>(place: Place<B>)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    killed_before_any_statement(place, Job::Transaction);
}

/// Sees every statement before it is sent, and has the server kill the connection before the one that it is told.
#[derive(Default)]
struct Killer {
    /// The statements since this was last emptied.
    seen: Vec<String>,
    /// The connection, and how many more statements it has.
    order: Option<(i64, usize)>,
}

impl Killer {
    /// The connection that is to end before this statement.
    fn sees(&mut self, statement: String) -> Option<i64> {
        self.seen.push(statement);
        let (connection, left) = self.order.as_mut()?;
        let connection = *connection;
        *left = match left.checked_sub(1) {
            Some(left) => left,
            None => {
                self.order = None;
                return Some(connection);
            }
        };
        None
    }
}

fn killed_before_any_statement<B: Backend>(place: Place<B>, job: Job)
where
    Author: Entity<B>,
    Book: Entity<B>,
{
    let line = Arc::new(Line::to(place));
    let killer = Arc::new(Mutex::new(Killer::default()));
    let open = || {
        let (line, killer) = (Arc::clone(&line), Arc::clone(&killer));
        let settings = Orm::<B>::builder(line.place().url()).pool_size(1);
        let settings = settings.subscribe(|events| line.listen(events));
        let kill = move || {
            let (line, killer) = (Arc::clone(&line), Arc::clone(&killer));
            move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event
                    && let Some(connection) = killer.lock().unwrap().sees(query.to_string())
                {
                    line.kill(connection);
                }
            }
        };
        settings.instrument(kill).build().unwrap()
    };
    let begin = || killer.lock().unwrap().seen.clear();
    let mut statements = Vec::new();
    let written =
        line.undisturbed(&open(), job, begin, || statements.append(&mut killer.lock().unwrap().seen));
    assert!(statements.len() > 8, "{statements:?}");
    for (number, statement) in statements.iter().enumerate() {
        let context = &*format!("{job:?}, before statement {number}: {statement}");
        let at_commit = statement.starts_with("COMMIT");
        assert_eq!(at_commit, number + 1 == statements.len(), "{context}");
        let interruption = Interruption { job, context, at_commit, written: false };
        line.interrupted(&open(), interruption, &written, |connection| {
            killer.lock().unwrap().order = Some((connection, number));
        });
        assert!(killer.lock().unwrap().order.is_none(), "{context}");
    }
}
