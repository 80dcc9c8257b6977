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

    /// The statements after the first so many, which stay in the log.
    ///
    /// ```
    /// let log = moored::StatementLog::new();
    /// let mark = log.len();
    /// assert!(log.since(mark).is_empty());
    /// ```
    #[must_use]
    pub fn since(&self, mark: usize) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(mark..)
            .map(<[_]>::to_vec)
            .unwrap_or_default()
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

/// Asserts how many statements some work sends, and prints them when there are others: a guard for a program's own tests,
/// against a query for every row of a list.
///
/// It takes a [`StatementLog`](crate::StatementLog) of the database, the number, and an expression, whose value it gives back.
/// BEGIN and COMMIT are statements too. The log is not emptied, and the work must not empty it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
/// use moored::{StatementLog, assert_statements};
///
/// # fn main() -> moored::Result<()> {
/// let log = StatementLog::new();
/// let sink = log.clone();
/// let orm = library_with(|builder| builder.instrument(move || sink.clone()))?;
/// orm.read(|session| {
///     let books = assert_statements!(log, 2, {
///         let books = session.query::<Book>(books::table).all()?;
///         session.populate(&books, Book::author())? // one statement for all of them
///     });
///     assert_eq!(books.len(), 1);
///     Ok(())
/// })
/// # }
/// ```
///
/// # Panics
///
/// When it is another number, as assertions do.
#[macro_export]
macro_rules! assert_statements {
    ($log:expr, $expected:expr, $work:expr $(,)?) => {{
        let log = $crate::StatementLog::clone(&$log);
        let mark = log.len();
        let done = $work;
        let (sent, expected): (_, usize) = (log.since(mark), $expected);
        assert!(sent.len() == expected, "{}", $crate::unexpected_statements(expected, &sent));
        done
    }};
}

/// What the assertion says.
#[doc(hidden)]
#[must_use]
pub fn unexpected_statements(expected: usize, sent: &[String]) -> String {
    let mut said = format!("{expected} statements were expected, {} were sent", sent.len());
    for (at, statement) in sent.iter().enumerate() {
        said.push_str(&format!("\n{:>3}. {statement}", at + 1));
    }
    said
}

/// The text of a statement, without the values that Diesel shows behind it.
pub(crate) fn text_of(query: &dyn DebugQuery) -> String {
    let mut text = query.to_string();
    if let Some(values) = text.find(" -- binds: ") {
        text.truncate(values);
    }
    text
}
