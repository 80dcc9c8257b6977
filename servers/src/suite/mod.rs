//! Runs the tests of the workspace: compiles them while the servers come up, then runs their programs side by side.
//!
//! 1. `compile` has Cargo compile all, and makes a [`Job`] of every program that it tells of, and one of the doctests.
//! 2. `queue` runs the jobs, a few at a time, each with its output in a file.
//! 3. `report` prints what a job said when it has ended, and at the end all that failed.

pub(crate) mod cargo;
mod compile;
mod queue;
mod report;

use std::ffi::OsString;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::interrupt::Interrupt;
use crate::up::Up;
use crate::{Error, Result};

/// The exit code when a test failed, which is Cargo's.
const FAILED: u8 = 101;

/// A test program that is yet to run.
#[derive(Debug)]
pub struct Job {
    name: String,
    command: Command,
    /// Those with more come first.
    weight: u64,
    /// Whether it is to run tests, and not only to say which it has.
    runs: bool,
}

/// A test program that has run.
#[derive(Debug)]
struct Outcome {
    name: String,
    status: ExitStatus,
    took: Duration,
    runs: bool,
    /// All that it printed.
    said: String,
}

/// Whether test programs that are given these words run tests, and do not only list them or say how they are used.
#[must_use]
pub fn runs_tests(words: &[OsString]) -> bool {
    !words.iter().any(|word| ["--list", "--help", "-h"].iter().any(|option| word == option))
}

/// Compiles the tests while `up` brings the servers up. When one fails, the other is not waited for.
///
/// # Errors
///
/// When the tests do not compile or a server is not up.
pub fn prepare(
    folder: &Path,
    up: impl FnOnce() -> std::result::Result<Vec<Up>, Vec<Error>>,
    interrupt: &Interrupt,
) -> std::result::Result<(Vec<Job>, Vec<Up>), Vec<Error>> {
    let compile = || compile::compile(folder, interrupt).inspect_err(|_| interrupt.give_up());
    let (compiled, servers) = thread::scope(|scope| {
        let compiling = scope.spawn(compile);
        let servers = up().inspect_err(|_| interrupt.give_up());
        (compiling.join().unwrap_or_else(|panic| resume_unwind(panic)), servers)
    });
    let (compiled, servers) = match (compiled, servers) {
        (Ok(jobs), Ok(servers)) => return Ok((jobs, servers)),
        failed => failed,
    };
    let errors = servers.err().into_iter().flatten().chain(compiled.err());
    // What gave up because of the other has nothing to say.
    let (given_up, failed): (Vec<_>, Vec<_>) = errors.partition(|error| matches!(error, Error::Interrupted));
    Err(if failed.is_empty() { given_up } else { failed })
}

/// Runs the programs with the servers' URLs in their environment, and gives the exit code.
///
/// # Errors
///
/// When a program cannot be started, or a signal came.
pub fn run(
    mut jobs: Vec<Job>,
    words: &[OsString],
    servers: &[Up],
    folder: &Path,
    interrupt: &Interrupt,
) -> Result<u8> {
    for job in &mut jobs {
        job.command.args(words).envs(servers.iter().flat_map(Up::variables));
        job.runs = runs_tests(words);
    }
    let started = Instant::now();
    let outcomes = queue::run(jobs, folder, interrupt)?;
    let summary = report::summary(&outcomes, started.elapsed());
    report::print(&summary.text);
    Ok(if summary.ok { 0 } else { FAILED })
}
