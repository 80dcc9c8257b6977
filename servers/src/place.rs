//! Folders: one for what is kept between runs, one for each server of a run, which goes with the run.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, Pid, access};

use crate::error::Context;
use crate::interrupt::Interrupt;
use crate::{Result, Server};

/// A folder in memory, where no commit waits for a disk.
const MEMORY: &str = "/dev/shm";

/// What it must have free before it is used. All servers together begin with less than half of that.
const ROOM: u64 = 2 << 30;

/// The folder of everything: `servers/` in Cargo's target directory, or in the temporary one without such.
#[must_use]
pub fn usual() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    target.map_or_else(|| std::env::temp_dir().join("moored-servers"), |target| target.join("servers"))
}

/// Makes the folder `<dir>/<name>/<process id>`, and removes those whose run is over.
///
/// # Errors
///
/// When the folder cannot be made.
pub fn folder(dir: &Path, name: &str) -> Result<PathBuf> {
    let all = dir.join(name);
    let mine = all.join(std::process::id().to_string());
    clear(&all, "");
    let made = fs::remove_dir_all(&mine).or_else(unless_missing).and_then(|()| fs::create_dir_all(&mine));
    made.context(|| format!("make the folder {}", mine.display()))?;
    Ok(mine)
}

/// Waits until no one else holds a file locked, and makes and locks it. It is let go when this is dropped, or the launcher
/// ends in whatever way.
///
/// # Errors
///
/// When the file cannot be made, or [`Error::Interrupted`](crate::Error::Interrupted) when a signal came first.
pub fn lock(path: &Path, interrupt: &Interrupt) -> Result<File> {
    let lock = File::create(path).context(|| format!("open {}", path.display()))?;
    while lock.try_lock().is_err() {
        interrupt.tick()?;
    }
    Ok(lock)
}

/// A server's folder of this run. Dropping it removes the data; the log stays until a later run clears it away.
#[derive(Debug)]
pub struct Run {
    /// What it is called.
    name: &'static str,
    /// What the server says.
    pub log: PathBuf,
    /// Its data, which is not there yet.
    pub data: PathBuf,
}

impl Run {
    /// Makes the [`folder`] of a server. The data is to be in memory where there is room, and in that folder elsewhere.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn new(dir: &Path, server: Server) -> Result<Self> {
        let mine = folder(dir, server.name())?;
        let mut run = Run { name: server.name(), log: mine.join("log"), data: mine.join("data") };
        if has_room(Path::new(MEMORY)) {
            run.move_data(Path::new(MEMORY));
        }
        Ok(run)
    }

    /// Moves the data elsewhere: to `<folder>/moored-<server>-<process id>`, where those whose run is over are removed.
    pub fn move_data(&mut self, folder: &Path) {
        let prefix = format!("moored-{}-", self.name);
        clear(folder, &prefix);
        self.data = folder.join(format!("{prefix}{}", std::process::id()));
    }

    /// Removes the data, if there is any.
    ///
    /// # Errors
    ///
    /// When it cannot be removed.
    pub fn remove_data(&self) -> Result<()> {
        let removed = fs::remove_dir_all(&self.data).or_else(unless_missing);
        removed.context(|| format!("remove {}", self.data.display()))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Err(error) = self.remove_data() {
            eprintln!("moored-servers: {error}");
        }
    }
}

#[allow(clippy::useless_conversion, reason = "the number of blocks is narrower on macOS")]
fn has_room(folder: &Path) -> bool {
    let free = |room: nix::sys::statvfs::Statvfs| u64::from(room.blocks_available()) * room.fragment_size();
    access(folder, AccessFlags::W_OK).is_ok() && statvfs(folder).is_ok_and(|room| free(room) >= ROOM)
}

/// Removes the folders `<prefix><process id>` whose process is no more. What cannot be removed is left.
fn clear(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse().ok());
        let gone = id.is_some_and(|id: i32| id > 0 && kill(Pid::from_raw(id), None) == Err(Errno::ESRCH));
        if gone {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn data_goes_with_its_run_and_logs_with_a_later_one() {
        let dir = std::env::temp_dir().join(format!("moored-place-{}", std::process::id()));
        // No process has this id: it is above what Linux and macOS give out.
        let stale = dir.join("mysql").join("2000000000");
        let kept = dir.join("mysql").join("notes");
        fs::create_dir_all(stale.join("data")).unwrap();
        fs::create_dir_all(&kept).unwrap();

        let run = Run::new(&dir, Server::Mysql).unwrap();
        assert!(!stale.exists() && kept.exists());
        fs::create_dir(&run.data).unwrap();
        fs::write(&run.log, "text").unwrap();
        let (data, log) = (run.data.clone(), run.log.clone());
        drop(run);
        assert!(!data.exists() && log.exists());
        fs::remove_dir_all(&dir).unwrap();
    }
}
