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
use crate::{Error, Result, Server, mariadb, mysql, postgres, replica};

/// How long a server that was started has to answer.
const LIMIT: Duration = Duration::from_secs(90);

/// How often a server is started again when another process took its port in between.
const TRIES: usize = 3;

/// What a server is started with.
#[derive(Debug)]
pub(crate) struct Setting<'a> {
    /// Which it is.
    pub(crate) server: Server,
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
    /// Which it is besides.
    pub also: Option<Server>,
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
    /// The variables that name it, each with its URL.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let servers = [Some(self.server), self.also].into_iter().flatten();
        servers.map(|server| (server.variable(), self.url.as_str()))
    }

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
    let mut tasks = Vec::new();
    for server in servers {
        let url = |server: Server| variable(server.variable()).filter(|url| !url.is_empty());
        tasks.extend(plan(*server, url).map_err(|error| vec![error])?);
    }
    let results: Vec<_> = thread::scope(|scope| {
        let carry_out = |task| match task {
            Task::Use(server, url) => use_given(server, url).map(|up| vec![up]),
            Task::Start(server, launch) => start(server, dir, interrupt, launch).map(|up| vec![up]),
            Task::StartPair(primary) => start_pair(primary, dir, interrupt),
        };
        let threads: Vec<_> = tasks.into_iter().map(|task| scope.spawn(move || carry_out(task))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let (up, errors): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let errors: Vec<_> = errors.into_iter().filter_map(Result::err).collect();
    if errors.iter().any(|error| matches!(error, Error::Interrupted)) {
        return Err(vec![Error::Interrupted]);
    }
    if errors.is_empty() { Ok(up.into_iter().flatten().flatten().collect()) } else { Err(errors) }
}

/// What is to be done for a server.
enum Task {
    Use(Server, String),
    Start(Server, Launch),
    /// Start this one of PostgreSQL's, and a replica of it.
    StartPair(Server),
}

/// Starts a server in the background, on that port. It does not answer yet.
type Launch = fn(&mut Setting<'_>, Reserved) -> Result<Guard>;

/// What is to be done for a server, given the URLs that are set.
fn plan(server: Server, url: impl Fn(Server) -> Option<String>) -> Result<Vec<Task>> {
    let one = |server, launch| url(server).map_or(Task::Start(server, launch), |url| Task::Use(server, url));
    match server {
        Server::Mariadb => Ok(vec![one(server, mariadb::start)]),
        Server::Mysql => Ok(vec![one(server, mysql::start)]),
        Server::Postgres | Server::Primary | Server::Replica => {
            match (url(Server::Postgres), url(Server::Primary), url(Server::Replica)) {
                (None, None, None) => Ok(vec![Task::StartPair(Server::Postgres)]),
                (Some(url), None, None) => {
                    Ok(vec![Task::Use(Server::Postgres, url), Task::StartPair(Server::Primary)])
                }
                (_, Some(primary), Some(replica)) => Ok(vec![
                    one(Server::Postgres, postgres::start),
                    Task::Use(Server::Primary, primary),
                    Task::Use(Server::Replica, replica),
                ]),
                (_, Some(_), None) => Err(Error::HalfPair { set: Server::Primary, unset: Server::Replica }),
                (_, None, Some(_)) => Err(Error::HalfPair { set: Server::Replica, unset: Server::Primary }),
            }
        }
    }
}

fn start_pair(server: Server, dir: &Path, interrupt: &Interrupt) -> Result<Vec<Up>> {
    let mut primary = start(server, dir, interrupt, postgres::start)?;
    primary.also = (server != Server::Primary).then_some(Server::Primary);
    let copy = |setting: &mut Setting<'_>, port| replica::start(&primary.url, setting, port);
    let replica = start(Server::Replica, dir, interrupt, copy)?;
    // In this order they are stopped: a replica that loses its primary looks for it, and says so.
    Ok(vec![replica, primary])
}

fn use_given(server: Server, url: String) -> Result<Up> {
    let asked = Instant::now();
    let address = Address::of(server, &url)?;
    let version = greeting::ask(server, &address).map_err(|error| Error::NoAnswer {
        server,
        place: address.to_string(),
        reason: error.to_string(),
    })?;
    Ok(Up { server, also: None, url, version, took: asked.elapsed(), started: None })
}

fn start(
    server: Server,
    dir: &Path,
    interrupt: &Interrupt,
    launch: impl Fn(&mut Setting<'_>, Reserved) -> Result<Guard>,
) -> Result<Up> {
    let asked = Instant::now();
    let mut setting = Setting { server, dir, run: Run::new(dir, server)?, interrupt };
    for last in (1..=TRIES).map(|attempt| attempt == TRIES) {
        // Held while the data is made, so that the servers get different ports.
        let port = Reserved::new()?;
        let url = server.url(port.number());
        setting.run.remove_data()?;
        let mut guard = launch(&mut setting, port)?;
        guard.leaves(&setting.run.data)?;
        match wait(server, &url, &mut guard, &setting) {
            Ok(version) => {
                let started = Some(Started { guard, run: setting.run });
                return Ok(Up { server, also: None, url, version, took: asked.elapsed(), started });
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
