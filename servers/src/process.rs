//! Processes of the launcher's own: each in a group of its own, and ended with the guard that holds it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::Context;
use crate::interrupt::{Interrupt, TICK};
use crate::{Error, Result};

/// How long a process has to end when it is asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// Ends the process, or the group, `$2` with signal `$1` when the launcher is gone, which closes the input of this.
/// What it read until then are files and folders that go too, one a line.
const WATCHDOG: &str = r#"
signal=$1 target=$2; shift 2
while IFS= read -r left; do set -- "$@" "$left"; done
kill -s "$signal" -- "$target"
tries=0; while [ $tries -lt 50 ] && kill -s 0 -- "$target"; do sleep 0.1; tries=$((tries + 1)); done
kill -s KILL -- "$target"; [ $# -eq 0 ] || rm -rf -- "$@"
"#;

/// A process in the background that ends when this is dropped, or when the launcher ends in whatever way.
#[derive(Debug)]
pub struct Guard {
    child: Child,
    watchdog: Option<Child>,
    /// What `kill` takes: the process, or its group as a negative number.
    target: Pid,
    stop: Signal,
}

impl Guard {
    /// Starts a process in a group of its own, which a terminal's signals do not reach. `stop` is what ends the group.
    ///
    /// # Errors
    ///
    /// When it, or the shell that watches over it, cannot be started.
    pub fn start(command: &mut Command, stop: Signal) -> Result<Self> {
        Self::spawn(command.process_group(0), |id| Pid::from_raw(-id), stop)
    }

    /// Starts a process in the launcher's own group, which the terminal talks to. `stop` ends that process alone.
    ///
    /// # Errors
    ///
    /// When it, or the shell that watches over it, cannot be started.
    pub fn start_at_terminal(command: &mut Command, stop: Signal) -> Result<Self> {
        Self::spawn(command, Pid::from_raw, stop)
    }

    fn spawn(command: &mut Command, target: impl Fn(i32) -> Pid, stop: Signal) -> Result<Self> {
        let child =
            command.spawn().context(|| format!("start {}", command.get_program().to_string_lossy()))?;
        let target = target(child.id().cast_signed());
        let mut guard = Guard { child, watchdog: None, target, stop };
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog", stop.as_str().trim_start_matches("SIG")])
            .arg(target.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        guard.watchdog = Some(watchdog.context(|| "start sh".into())?);
        Ok(guard)
    }

    /// Has a file or folder removed if the launcher ends without doing it.
    ///
    /// # Errors
    ///
    /// When the shell that is to do it has ended, or would take the path for two.
    pub fn leaves(&mut self, path: &Path) -> Result<()> {
        let mut line = path.as_os_str().as_bytes().to_vec();
        if line.contains(&b'\n') {
            return Err(io::Error::from(io::ErrorKind::InvalidFilename)).context(|| format!("use {path:?}"));
        }
        line.push(b'\n');
        let pipe = self.watchdog.as_mut().and_then(|watchdog| watchdog.stdin.as_mut());
        pipe.map_or(Ok(()), |pipe| pipe.write_all(&line)).context(|| "reach sh".into())
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] when a signal came first, which leaves it running.
    pub fn finish(&mut self, interrupt: &Interrupt) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.exited().context(|| "wait for a process".into())? {
                return Ok(status);
            }
            interrupt.tick()?;
        }
    }

    /// Its process id, which is that of its group too if it has one of its own.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its exit status, if it has ended by itself.
    ///
    /// # Errors
    ///
    /// When the machine does not tell.
    pub fn exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Sends it a signal, if it still runs, and says whether it did.
    pub fn signal(&mut self, signal: Signal) -> bool {
        // A process that was waited for has given its number up: another may have it.
        matches!(self.child.try_wait(), Ok(None)) && kill(self.target, signal).is_ok()
    }

    /// Asks it to end, and kills it if it has not in time. What is left of its group is killed too.
    ///
    /// # Errors
    ///
    /// When the machine does not tell how it ended.
    pub fn stop(&mut self, signal: Signal) -> io::Result<ExitStatus> {
        let asked = Instant::now();
        if self.signal(signal) {
            while self.child.try_wait()?.is_none() {
                if asked.elapsed() > GRACE {
                    self.signal(Signal::SIGKILL);
                    break;
                }
                thread::sleep(TICK);
            }
            if self.target.as_raw() < 0 {
                let _ = kill(self.target, Signal::SIGKILL);
            }
        }
        self.child.wait()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.stop(self.stop);
        // The watchdog goes last, and by a kill: its closed input would make it signal a number given up by then.
        if let Some(watchdog) = &mut self.watchdog {
            let _ = watchdog.kill();
            let _ = watchdog.wait();
        }
    }
}

/// Has a process write what it says to the end of a log.
///
/// # Errors
///
/// When the log cannot be opened.
pub fn logged<'c>(command: &'c mut Command, log: &Path) -> Result<&'c mut Command> {
    let context = || format!("open {}", log.display());
    let out = OpenOptions::new().create(true).append(true).open(log).context(context)?;
    let err = out.try_clone().context(context)?;
    Ok(command.stdout(out).stderr(err))
}

/// Runs a process that prepares something, to its end.
///
/// # Errors
///
/// [`Error::Step`] with the end of its log when it fails or takes longer than `limit`, [`Error::Interrupted`] when a
/// signal came.
pub fn step(command: &mut Command, log: &Path, limit: Duration, interrupt: &Interrupt) -> Result<()> {
    step_leaving::<&Path>(&[], command, log, limit, interrupt)
}

/// The same as [`step`], with files that [go](Guard::leaves) if the launcher is killed meanwhile.
///
/// # Errors
///
/// Those of [`step`].
pub fn step_leaving<P: AsRef<Path>>(
    files: &[P],
    command: &mut Command,
    log: &Path,
    limit: Duration,
    interrupt: &Interrupt,
) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |what| Error::Step { program: program.clone(), what, log: log.to_owned(), tail: tail(log) };
    let started = Instant::now();
    let mut guard = Guard::start(logged(command, log)?, Signal::SIGTERM)?;
    files.iter().try_for_each(|file| guard.leaves(file.as_ref()))?;
    loop {
        match guard.exited().context(|| format!("wait for {program}"))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(failed(ended(status))),
            None if started.elapsed() > limit => {
                return Err(failed(format!("did not end within {} s", limit.as_secs())));
            }
            None => interrupt.tick()?,
        }
    }
}

/// How a process ended, as the end of a sentence.
#[must_use]
pub fn ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => match Signal::try_from(signal) {
            Ok(name) => format!("was killed by signal {signal}, {}", name.as_str()),
            Err(_) => format!("was killed by signal {signal}"),
        },
        (None, None) => "ended".into(),
    }
}

/// The last lines of a log.
#[must_use]
pub fn tail(log: &Path) -> String {
    const LINES: usize = 20;
    const BYTES: i64 = 8 * 1024;
    let mut bytes = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let _ = file.seek(SeekFrom::End(-BYTES));
        file.read_to_end(&mut bytes)
    });
    if let Err(error) = read {
        return format!("  (it cannot be read: {error})");
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.iter().skip(lines.len().saturating_sub(LINES));
    last.map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
