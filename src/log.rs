//! A log of the statements that reach the database.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::{DebugQuery, Instrumentation, InstrumentationEvent};

/// A log of the statements that reach the database: for tests, and to see what the library does.
///
/// It is an instrumentation of Diesel's; clones share one log. Values are left out.
///
/// ```
/// use diesel::connection::SimpleConnection;
/// use moored::StatementLog;
/// use moored::prelude::*;
/// use moored_sqlite::Sqlite;
///
/// let log = StatementLog::new();
/// let sink = log.clone();
/// let orm = Orm::<Sqlite>::builder(":memory:").instrument(move || sink.clone()).build()?;
/// orm.with_connection(|connection| connection.batch_execute("SELECT 1").map_err(moored::Error::from))?;
/// assert_eq!(log.take(), ["SELECT 1"]);
/// # Ok::<_, moored::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StatementLog(Arc<Mutex<Vec<String>>>);

impl StatementLog {
    /// An empty log. Give it to a database with `Orm::builder(url).instrument(move || log.clone())`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The statements since the last call, and empties the log.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many statements are in the log.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether nothing reached the database since the last `take`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Instrumentation for StatementLog {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text_of(query));
        }
    }
}

/// The text of a statement, without the values that Diesel shows behind it.
pub(crate) fn text_of(query: &dyn DebugQuery) -> String {
    let mut text = query.to_string();
    if let Some(values) = text.find(" -- binds: ") {
        text.truncate(values);
    }
    text
}
