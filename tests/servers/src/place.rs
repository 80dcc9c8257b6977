//! The database of one test: without tables, and the test's alone.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use moored::{Backend, Orm, StatementLog};
use moored_conformance::{Flavour, Lease};

/// The database of one test.
///
/// It is there until this is dropped, which has to come after every [`Orm`] that was connected to it.
pub struct Place<B: Backend> {
    url: String,
    flavour: Flavour,
    _keeper: Keeper<B>,
}

enum Keeper<B: Backend> {
    File { _file: File },
    Server { _lease: Lease<B> },
}

impl<B: Backend> Place<B> {
    /// One of that kind: a file for SQLite, otherwise a database on the server that the environment names.
    #[must_use]
    pub fn of(flavour: Flavour) -> Self {
        let (url, keeper) = match flavour {
            Flavour::Sqlite => {
                let file = File::new();
                (file.0.display().to_string(), Keeper::File { _file: file })
            }
            _ => {
                let lease = Lease::empty(flavour);
                (lease.url().to_owned(), Keeper::Server { _lease: lease })
            }
        };
        Self { url, flavour, _keeper: keeper }
    }

    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    #[must_use]
    pub const fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// Connects, runs the SQL that makes the tables, and logs from then on.
    #[must_use]
    pub fn open(&self, sql: &str) -> (Orm<B>, StatementLog) {
        let log = StatementLog::new();
        let sink = log.clone();
        let orm = Orm::<B>::builder(self.url()).instrument(move || sink.clone()).build().unwrap();
        orm.with_connection(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
        log.take();
        (orm, log)
    }
}

/// A file for SQLite, and those that it makes beside it.
struct File(PathBuf);

impl File {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let file = Self(std::env::temp_dir().join(format!("moored-{}-{number}.sqlite", std::process::id())));
        // One of a process that was killed and had the same number.
        file.remove();
        file
    }

    fn remove(&self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            let _ = write!(path, "{suffix}");
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.remove();
    }
}
