//! Where connections come from: a file, or one database in memory.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::result::ConnectionError;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionResult};

use crate::SqliteOptions;

/// Where connections come from.
pub struct Source {
    url: String,
    pragmas: String,
    /// Keeps a database in memory alive while the pool has no connection to it.
    _anchor: Option<Mutex<SqliteConnection>>,
}

impl Source {
    pub(crate) fn open(url: &str, options: SqliteOptions) -> ConnectionResult<Self> {
        if url != ":memory:" {
            return Ok(Self { url: url.to_owned(), pragmas: options.pragmas(false), _anchor: None });
        }
        // The memdb VFS shares a database between the connections of a process, with the locks of a file; the older
        // shared cache answers "table is locked" at once, whatever the busy time-out says.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let url = format!("file:/moored-{}-{number}?vfs=memdb", std::process::id());
        let pragmas = options.pragmas(true);
        let anchor = connect(&url, &pragmas)?;
        Ok(Self { url, pragmas, _anchor: Some(Mutex::new(anchor)) })
    }

    pub(crate) fn establish(&self) -> ConnectionResult<SqliteConnection> {
        connect(&self.url, &self.pragmas)
    }
}

fn connect(url: &str, pragmas: &str) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(url)?;
    connection.batch_execute(pragmas).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("url", &self.url).finish_non_exhaustive()
    }
}
