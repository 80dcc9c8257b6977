//! Four workers on a SQLite file, with jobs that are done, that fail, that panic, and one that takes long.
//!
//! ```sh
//! cargo run -p jobs                                  # a hundred thousand accounts, in a file that is removed at the end
//! cargo run --release -p jobs -- 1000000             # a million
//! cargo run --release -p jobs -- 1000000 jobs.db     # in a file that stays: Ctrl-C, run it again, and the jobs go on
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use jobs::account::{self, Account};
use jobs::failure::Failure;
use jobs::job::{Job, enqueue};
use jobs::state::State;
use jobs::stop::Stop;
use jobs::worker::{Patience, Progress, Task, Worker};
use jobs::{SQLITE, mail, memory, migrate};
use moored::prelude::*;
use moored_sqlite::Sqlite;

const WORKERS: u32 = 4;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let accounts = arguments.next().map_or(Ok(10_0000), |number| number.parse())?;
    let file = match arguments.next() {
        Some(file) => File::Kept(file.into()),
        None => File::Removed(std::env::temp_dir().join(format!("jobs-{}.sqlite", std::process::id()))),
    };
    let orm = Orm::<Sqlite>::builder(file.path().display().to_string()).pool_size(WORKERS + 1).build()?;
    migrate(&orm, SQLITE)?;
    orm.session(|session| prepare(session, accounts))?;

    // One line instead of a backtrace, for which a program keeps tens of megabytes of its debug information.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let stop = Stop::new();
    stop.on_signals()?;
    let worker = worker(orm.clone());
    std::thread::scope(|threads| {
        for _ in 0..WORKERS {
            threads.spawn(|| worker.run(&stop));
        }
        let watched = watch(&orm, &stop);
        stop.stop(); // and the end of this scope waits for the workers, which end what they have begun
        watched
    })?;
    report(&orm)?;
    Ok(())
}

fn worker(orm: Orm<Sqlite>) -> Worker<Sqlite> {
    let patience = Patience { attempts: 3, first: Duration::from_millis(100), ..Patience::default() };
    Worker::new(orm, patience)
        .handle("welcome", |tx, task| mail::welcome(tx, task))
        .handle("broken", broken)
        .handle("interest", |tx, task| {
            let progress = account::interest(tx, task)?;
            if let (Progress::Continue(key), Some(memory)) = (&progress, memory::resident()) {
                println!("interest up to account {key}; the process has {memory} KiB");
            }
            Ok(progress)
        })
}

#[expect(clippy::panic, reason = "the worker outlives it")]
fn broken(_: &mut Transaction<'_, '_, Sqlite>, _: &Task) -> Result<Progress, Failure> {
    panic!("a bug in a handler")
}

/// What there is to do, in a file that is new.
fn prepare(session: &mut Session<'_, Sqlite>, accounts: usize) -> moored::Result<()> {
    if session.select(Select::<Job>::all()).exists()? {
        return Ok(());
    }
    account::open(session, accounts)?;
    session.transaction(|tx| {
        for number in 1..=20 {
            enqueue(tx, "welcome", format!("reader-{number}@example.org"))?;
        }
        enqueue(tx, "welcome", "nowhere")?;
        enqueue(tx, "broken", "")?;
        enqueue(tx, "interest", "0")?;
        Ok(())
    })
}

/// Waits until no job is left, or somebody says to stop.
fn watch(orm: &Orm<Sqlite>, stop: &Stop) -> moored::Result<()> {
    while !stop.is_stopped() && orm.read(|session| session.select(Job::STATE.eq(State::Waiting)).exists())? {
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn report(orm: &Orm<Sqlite>) -> moored::Result<()> {
    orm.read(|session| {
        for state in [State::Waiting, State::Done, State::Dead] {
            println!("{state:?}: {}", session.select(Job::STATE.eq(state)).count()?);
        }
        for job in session.select(Job::STATE.eq(State::Dead).order(Job::ID.asc())).all()? {
            let Job { id, kind, attempts, last_error, .. } = &session[&job];
            println!("{kind} {id} failed {attempts} times: {}", last_error.as_deref().unwrap_or_default());
        }
        let accounts = session.select(Account::CENTS.gt(10_000)).count()?;
        println!("{accounts} accounts have interest");
        Ok(())
    })
}

/// The database, which goes with the program unless somebody named it.
enum File {
    Kept(PathBuf),
    Removed(PathBuf),
}

impl File {
    fn path(&self) -> &Path {
        let (Self::Kept(path) | Self::Removed(path)) = self;
        path
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if let Self::Removed(path) = self {
            for suffix in ["", "-wal", "-shm"] {
                let mut path = path.clone().into_os_string();
                path.push(suffix);
                // It may not be there: the last connection removes what is beside the database.
                let _ = std::fs::remove_file(path);
            }
        }
    }
}
