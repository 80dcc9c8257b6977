//! Runs the command, with the servers' URLs in its environment.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::thread;

use nix::sys::signal::Signal;

use crate::error::Context;
use crate::interrupt::{Interrupt, TICK};
use crate::process::Guard;
use crate::up::Up;
use crate::{Error, Result};

/// Runs a command to its end and gives its exit code, or 128 and the number of the signal that ended it.
///
/// At a terminal the command stays in the launcher's group, so that it can read from it, and Ctrl-C is its to answer.
/// Elsewhere it has a group of its own, and a signal to the launcher goes on to all of it.
///
/// # Errors
///
/// When the command cannot be started.
pub fn run(program: &OsString, arguments: &[OsString], servers: &[Up], interrupt: &Interrupt) -> Result<u8> {
    let mut command = Command::new(program);
    command.args(arguments).envs(servers.iter().flat_map(Up::variables));
    let terminal = io::stdin().is_terminal();
    let start = if terminal { Guard::start_at_terminal } else { Guard::start };
    let mut guard = start(&mut command, Signal::SIGTERM).map_err(|error| match error {
        Error::Machine { source, .. } => Error::Command { program: program.into(), source },
        error => error,
    })?;
    let wait = || format!("wait for {}", program.to_string_lossy());
    loop {
        if let Some(status) = guard.exited().context(wait)? {
            return Ok(code(status));
        }
        match interrupt.signal() {
            Some(Signal::SIGINT) if terminal => {}
            Some(signal) => return guard.stop(signal).map(code).context(wait),
            None => {}
        }
        thread::sleep(TICK);
    }
}

fn code(status: ExitStatus) -> u8 {
    let signalled = status.signal().map(|signal| 128 + signal);
    status.code().or(signalled).and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// The exit code for an error of the launcher's own: as of `env` and `timeout`, so that it is no test's.
#[must_use]
pub fn code_of(error: &Error, interrupt: &Interrupt) -> u8 {
    match (error, interrupt.signal()) {
        (Error::Usage(_), _) => 2,
        (Error::Command { .. }, _) => 127,
        (Error::Interrupted, Some(signal)) => u8::try_from(128 + signal as i32).unwrap_or(u8::MAX),
        _ => 125,
    }
}
