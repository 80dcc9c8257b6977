//! Brings servers up side by side, each to the point where it answers.

use std::panic::resume_unwind;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::address::Address;
use crate::error::Context;
use crate::greeting;
use crate::interrupt::Interrupt;
use crate::place::Run;
use crate::port::Reserved;
use crate::process::{Guard, ended, tail};
use crate::{Error, Result, Server};

/// How long a server that was started has to answer.
const LIMIT: Duration = Duration::from_secs(90);

/// How often a server is started again when another process took its port in between.
const TRIES: usize = 3;

/// What a server is started with.
#[derive(Debug)]
pub(crate) struct Setting<'a> {
    /// The folder of everything.
    pub(crate) dir: &'a Path,
    /// Its own folder.
    pub(crate) run: Run,
    /// Whether to give up.
    pub(crate) interrupt: &'a Interrupt,
}

/// A server that answers. It is stopped when this is dropped, if it was started here.
#[derive(Debug)]
pub struct Up {
    /// Which.
    pub server: Server,
    /// Where.
    pub url: String,
    /// What it says it is; empty if it does not before a password is given.
    pub version: String,
    /// How long that took.
    pub took: Duration,
    started: Option<Started>,
}

/// A server that was started here. The process goes before its data.
#[derive(Debug)]
struct Started {
    guard: Guard,
    run: Run,
}

impl Up {
    /// The process id of one that was started here.
    #[must_use]
    pub fn started(&self) -> Option<u32> {
        self.started.as_ref().map(|started| started.guard.id())
    }

    /// Why it is no longer up, if so.
    #[must_use]
    pub fn lost(&mut self) -> Option<Error> {
        let Started { guard, run } = self.started.as_mut()?;
        let status = guard.exited().ok()??;
        Some(not_up(self.server, format!("{} while the command ran", ended(status)), run))
    }
}

/// Brings up these servers. `dir` is the folder of everything; `variable` reads the environment.
///
/// # Errors
///
/// Every server's own, when at least one is not up. None is left running then.
pub fn all(
    servers: &[Server],
    dir: &Path,
    variable: impl Fn(&str) -> Option<String>,
    interrupt: &Interrupt,
) -> std::result::Result<Vec<Up>, Vec<Error>> {
    let given =
        servers.iter().map(|server| (*server, variable(server.variable()).filter(|url| !url.is_empty())));
    let given = given.collect::<Vec<_>>();
    let results: Vec<_> = thread::scope(|scope| {
        let one = |(server, url)| match url {
            Some(url) => use_given(server, url),
            None => start(server, dir, interrupt),
        };
        let threads: Vec<_> = given.into_iter().map(|given| scope.spawn(move || one(given))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let (up, errors): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let errors: Vec<_> = errors.into_iter().filter_map(Result::err).collect();
    if errors.iter().any(|error| matches!(error, Error::Interrupted)) {
        return Err(vec![Error::Interrupted]);
    }
    if errors.is_empty() { Ok(up.into_iter().flatten().collect()) } else { Err(errors) }
}

fn use_given(server: Server, url: String) -> Result<Up> {
    let asked = Instant::now();
    let address = Address::of(server, &url)?;
    let version = greeting::ask(server, &address).map_err(|error| Error::NoAnswer {
        server,
        place: address.to_string(),
        reason: error.to_string(),
    })?;
    Ok(Up { server, url, version, took: asked.elapsed(), started: None })
}

fn start(server: Server, dir: &Path, interrupt: &Interrupt) -> Result<Up> {
    let asked = Instant::now();
    let mut setting = Setting { dir, run: Run::new(dir, server)?, interrupt };
    for last in (1..=TRIES).map(|attempt| attempt == TRIES) {
        // Held while the data is made, so that the servers get different ports.
        let port = Reserved::new()?;
        let url = server.url(port.number());
        setting.run.remove_data()?;
        let mut guard = server.start(&mut setting, port)?;
        guard.leaves(&setting.run.data)?;
        match wait(server, &url, &mut guard, &setting) {
            Ok(version) => {
                let started = Some(Started { guard, run: setting.run });
                return Ok(Up { server, url, version, took: asked.elapsed(), started });
            }
            Err(Error::NotUp { tail, .. }) if !last && tail.contains("already in use") => {}
            Err(error) => return Err(error),
        }
    }
    Err(not_up(server, "found no free port".into(), &setting.run))
}

/// Waits until a server that was started answers, and gives its version.
fn wait(server: Server, url: &str, guard: &mut Guard, setting: &Setting<'_>) -> Result<String> {
    let started = Instant::now();
    let address = Address::of(server, url)?;
    loop {
        let answer = greeting::ask(server, &address);
        // Looked at after the question: what answered on the port of a server that ended was another.
        if let Some(status) = guard.exited().context(|| format!("wait for {server}"))? {
            return Err(not_up(server, format!("{} before it answered", ended(status)), &setting.run));
        }
        match answer {
            Ok(version) => return Ok(version),
            Err(error) if started.elapsed() > LIMIT => {
                let what = format!("did not answer within {} s ({error})", LIMIT.as_secs());
                return Err(not_up(server, what, &setting.run));
            }
            Err(_) => setting.interrupt.tick()?,
        }
    }
}

fn not_up(server: Server, what: String, run: &Run) -> Error {
    Error::NotUp { server, what, log: run.log.clone(), tail: tail(&run.log) }
}
