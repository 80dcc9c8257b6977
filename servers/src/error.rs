//! What can go wrong, each in one sentence that says what the user can do.

use std::io;
use std::path::PathBuf;

use crate::Server;

/// The result of a stage.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line makes no sense.
    #[error("{0} (try --help)")]
    Usage(String),
    /// A URL in the environment cannot be read.
    #[error("{} does not name a {server} server: {reason}", server.variable())]
    BadUrl {
        /// The server.
        server: Server,
        /// What is wrong with the URL, which may hold a password and is not shown.
        reason: String,
    },
    /// The server that a URL names does not answer as it should.
    #[error("{server} at {place}, which {} names, cannot be used: {reason}; start it, correct the URL, or unset the variable to have one started", server.variable())]
    NoAnswer {
        /// The server.
        server: Server,
        /// Host and port, or the socket.
        place: String,
        /// What came instead.
        reason: String,
    },
    /// One of the pair that only make sense together is named, and the other is not.
    #[error("{} is set and {} is not: they name a primary and its replica; set both, or neither to have them started", set.variable(), unset.variable())]
    HalfPair {
        /// The one that a variable names.
        set: Server,
        /// The other.
        unset: Server,
    },
    /// No programs of the server are there and none can be installed.
    #[error("{server} cannot be started: {tried}; {remedy}, or set {} to the URL of one that runs (`docker compose up --wait` starts all of them)", server.variable())]
    Missing {
        /// The server.
        server: Server,
        /// What was tried.
        tried: String,
        /// What would make it work on this machine.
        remedy: String,
    },
    /// Client libraries that the backends link are not there, and cannot be installed.
    #[error(
        "the backends cannot be compiled: pkg-config does not find {missing}, and {obstacle}; run `apt-get install {packages}` on Debian, or install their like elsewhere"
    )]
    Libraries {
        /// The libraries.
        missing: String,
        /// Why they are not installed.
        obstacle: String,
        /// The Debian packages of all that is missing.
        packages: String,
    },
    /// A server that was started ended, or did not answer in time.
    #[error("{server} {what}; its log is {}, and ends:\n{tail}", log.display())]
    NotUp {
        /// The server.
        server: Server,
        /// What it did.
        what: String,
        /// Its log.
        log: PathBuf,
        /// The end of its log.
        tail: String,
    },
    /// A program that prepares a server failed.
    #[error("`{program}` {what}; its log is {}, and ends:\n{tail}", log.display())]
    Step {
        /// The program.
        program: String,
        /// What it did.
        what: String,
        /// Its log.
        log: PathBuf,
        /// The end of its log.
        tail: String,
    },
    /// The machine refused something.
    #[error("cannot {action}: {source}")]
    Machine {
        /// What was tried.
        action: String,
        /// Why not.
        source: io::Error,
    },
    /// The command is not there, or is no program.
    #[error("{}: {source}", program.display())]
    Command {
        /// The command's first word.
        program: PathBuf,
        /// Why it cannot be started.
        source: io::Error,
    },
    /// The tests cannot be compiled. The compiler has said why.
    #[error("the tests do not compile: cargo {0}")]
    Compile(String),
    /// What the workspace is compiled from is not known. Cargo has said why.
    #[error("the packages of the workspace cannot be listed: cargo {0}")]
    Workspace(String),
    /// A signal came before the end, or something else failed.
    #[error("interrupted")]
    Interrupted,
}

/// Says what was tried when the machine refuses it.
pub(crate) trait Context<T> {
    /// Names the action, as in "cannot {action}".
    fn context(self, action: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, action: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Machine { action: action(), source })
    }
}
