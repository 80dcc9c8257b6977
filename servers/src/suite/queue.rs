//! Runs test programs, a few at a time.

use std::env;
use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use nix::sys::signal::Signal;

use super::{Job, Outcome, report};
use crate::interrupt::Interrupt;
use crate::process::{Guard, logged};
use crate::{Error, Result};

/// How many test programs run at once beyond one for each core: some wait for a server.
const MORE: usize = 1;

/// How many tests each of them runs at once, for each core.
const TESTS: usize = 2;

/// Runs all jobs to their end, those with the most weight first, and prints each when it has ended. `folder` gets
/// their output.
pub(super) fn run(mut jobs: Vec<Job>, folder: &Path, interrupt: &Interrupt) -> Result<Vec<Outcome>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let tests = env::var_os("RUST_TEST_THREADS").unwrap_or_else(|| (cores * TESTS).to_string().into());
    jobs.sort_by_key(|job| job.weight);
    for job in &mut jobs {
        job.command.env("RUST_TEST_THREADS", &tests);
    }
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let worker = || {
        let mut outcomes = Vec::new();
        while let Some(job) = next() {
            let outcome = one(job, folder, interrupt).inspect_err(|_| interrupt.give_up())?;
            report::print(&report::block(&outcome));
            outcomes.push(outcome);
        }
        Ok(outcomes)
    };
    let results: Vec<Result<Vec<_>>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores + MORE).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let mut outcomes = Vec::new();
    let mut failed = None;
    for result in results {
        match result {
            Ok(some) => outcomes.extend(some),
            // What gave up because of another has nothing to say.
            Err(Error::Interrupted) if failed.is_some() => {}
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(outcomes), Err)
}

fn one(mut job: Job, folder: &Path, interrupt: &Interrupt) -> Result<Outcome> {
    let log = folder.join(job.name.replace(['/', ' '], "-"));
    let started = Instant::now();
    let mut guard = Guard::start(logged(&mut job.command, &log)?, Signal::SIGTERM)?;
    let ended = guard.finish(interrupt);
    let said = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
    match ended {
        Ok(status) => Ok(Outcome { name: job.name, status, took: started.elapsed(), runs: job.runs, said }),
        Err(error) => {
            report::print(&report::unfinished(&job.name, &said));
            Err(error)
        }
    }
}
