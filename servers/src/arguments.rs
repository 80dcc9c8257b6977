//! The command line: which servers, where, and the command to run with them up.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::{Error, Result, Server};

/// What `--help` prints.
pub const HELP: &str = "\
Brings up the database servers that Moored is tested against, and takes them down when all is done.

usage: moored-servers [OPTION]... test [WORD]...          run the tests
       moored-servers [OPTION]... install                 install what the tests are linked with, and start nothing
       moored-servers [OPTION]... [--] COMMAND [WORD]...  run any other command

  --only SERVERS  bring up only these, of postgres (with a replica), mariadb and mysql, with commas between them
  --dir DIR       keep logs, downloads and what is not in memory there (default: servers/ in Cargo's target directory)

`test` compiles the tests of the whole workspace while the servers come up, and runs several of their programs at once.
Its words go to each of them: names to run only the tests that contain one, or options like --ignored. With --list, they
only list their tests, and no server is needed.

`install` makes sure that the client libraries libpq and libmariadb are there, as `test` does before it compiles. Both
install them on Debian, as root.

A server that its variable names is used and not started:
  MOORED_POSTGRES_URL          postgres://user:password@host:port/database
  MOORED_POSTGRES_PRIMARY_URL  likewise: one with a streaming replica. It is the one above, if that is started here
  MOORED_POSTGRES_REPLICA_URL  likewise: the replica. Both of these are set or neither is
  MOORED_MARIADB_URL           mysql://user:password@host:port/database
  MOORED_MYSQL_URL             mysql://user:password@host:port/database
The command finds all of these in its environment, and its exit code is passed on.
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Print [`HELP`].
    Help,
    /// Do something with servers up.
    Run(Arguments),
}

/// What to do, and with which servers.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The servers to bring up, each once.
    pub servers: Vec<Server>,
    /// Where logs and downloads go, if not to the usual place.
    pub dir: Option<PathBuf>,
    /// What to do with them up.
    pub task: Task,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Install what the tests are linked with, and start no server.
    Install,
    /// The tests, with these words for each of their programs.
    Test(Vec<OsString>),
    /// A command.
    Command {
        /// The program.
        program: OsString,
        /// Its arguments.
        arguments: Vec<OsString>,
    },
}

/// Reads the command line, without the launcher's own name. Options end at `--` or at the command.
///
/// # Errors
///
/// [`Error::Usage`] for an unknown option or server, or when there is no command.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Request> {
    let mut words = words.into_iter();
    let mut servers = Server::ALL.to_vec();
    let mut dir = None;
    let task = loop {
        let Some(word) = words.next() else { break None };
        let option = word.to_string_lossy();
        match option.split_once('=').map_or((&*option, None), |(name, value)| (name, Some(value))) {
            ("--", None) => break words.next().map(|program| command(program, words)),
            ("--help" | "-h", None) => return Ok(Request::Help),
            ("--only", value) => servers = only(&value_of("--only", value, &mut words)?.to_string_lossy())?,
            ("--dir", value) => dir = Some(PathBuf::from(value_of("--dir", value, &mut words)?)),
            ("test", None) => break Some(Task::Test(words.collect())),
            ("install", None) => {
                break match words.next() {
                    None => Some(Task::Install),
                    Some(_) => return Err(Error::Usage("`install` takes no words".into())),
                };
            }
            (name, _) if name.starts_with('-') => {
                return Err(Error::Usage(format!("there is no option {name}")));
            }
            _ => break Some(command(word, words)),
        }
    };
    let task = task.ok_or_else(|| Error::Usage("there is no command to run".into()))?;
    Ok(Request::Run(Arguments { servers, dir, task }))
}

fn command(program: OsString, arguments: impl Iterator<Item = OsString>) -> Task {
    Task::Command { program, arguments: arguments.collect() }
}

fn value_of(name: &str, value: Option<&str>, words: &mut impl Iterator<Item = OsString>) -> Result<OsString> {
    value
        .map(OsString::from)
        .or_else(|| words.next())
        .ok_or_else(|| Error::Usage(format!("{name} needs a value")))
}

fn only(names: &str) -> Result<Vec<Server>> {
    let mut servers = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let server = name.parse().map_err(Error::Usage)?;
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    if servers.is_empty() {
        return Err(Error::Usage("--only names no server".into()));
    }
    Ok(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Result<Request> {
        parse(words.iter().map(OsString::from))
    }

    fn arguments(servers: &[Server], program: &str, arguments: &[&str]) -> Request {
        Request::Run(Arguments {
            servers: servers.to_vec(),
            dir: None,
            task: command(program.into(), arguments.iter().map(OsString::from)),
        })
    }

    #[test]
    fn options_end_at_the_command() {
        let expected = arguments(&Server::ALL, "cargo", &["test", "--only", "x"]);
        assert_eq!(run(&["cargo", "test", "--only", "x"]).ok(), Some(expected));
    }

    #[test]
    fn test_is_a_command_of_its_own_unless_it_follows_dashes() {
        let task = Task::Test(vec!["--exact".into(), "x".into()]);
        let expected = Request::Run(Arguments { servers: Server::ALL.to_vec(), dir: None, task });
        assert_eq!(run(&["test", "--exact", "x"]).ok(), Some(expected));
        assert_eq!(run(&["--", "test", "-e", "x"]).ok(), Some(arguments(&Server::ALL, "test", &["-e", "x"])));
    }

    #[test]
    fn install_takes_no_words() {
        let expected = Arguments { servers: Server::ALL.to_vec(), dir: None, task: Task::Install };
        assert_eq!(run(&["install"]).ok(), Some(Request::Run(expected)));
        assert!(matches!(run(&["install", "a"]), Err(Error::Usage(_))));
        let expected = arguments(&Server::ALL, "install", &["a", "b"]);
        assert_eq!(run(&["--", "install", "a", "b"]).ok(), Some(expected));
    }

    #[test]
    fn only_takes_each_server_once() {
        let expected = arguments(&[Server::Mysql, Server::Postgres], "-x", &[]);
        assert_eq!(run(&["--only", "mysql,postgres,mysql", "--", "-x"]).ok(), Some(expected));
        let expected = arguments(&[Server::Mariadb], "true", &[]);
        assert_eq!(run(&["--only=mariadb", "true"]).ok(), Some(expected));
    }

    #[test]
    fn nonsense_is_refused() {
        for words in [
            &["--only", "oracle", "true"][..],
            &["--only", ",", "true"],
            &["--ony"],
            &["--"],
            &[],
            &["--dir"],
        ] {
            assert!(matches!(run(words), Err(Error::Usage(_))), "{words:?}");
        }
        assert_eq!(run(&["-h", "true"]).ok(), Some(Request::Help));
    }
}
