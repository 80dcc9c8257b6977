//! `moored-servers test`, or with another command: runs it with the database servers up. See the library for how.

use std::path::Path;
use std::process::ExitCode;

use moored_servers::arguments::{self, Arguments, HELP, Request, Task};
use moored_servers::interrupt::Interrupt;
use moored_servers::run::{code_of, run};
use moored_servers::up::{self, Up};
use moored_servers::{Error, Server, libraries, place, suite};

fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Request::Run(arguments)) => arguments,
        Ok(Request::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return failed(&[error], &Interrupt::default()),
    };
    let interrupt = match Interrupt::on_signals() {
        Ok(interrupt) => interrupt,
        Err(error) => return failed(&[error], &Interrupt::default()),
    };
    launch(arguments, &interrupt).map_or_else(|errors| failed(&errors, &interrupt), ExitCode::from)
}

fn launch(arguments: Arguments, interrupt: &Interrupt) -> Result<u8, Vec<Error>> {
    let dir = arguments.dir.map_or_else(|| Ok(place::usual()), std::path::absolute);
    let dir = dir.map_err(|error| vec![Error::Usage(format!("--dir: {error}"))])?;
    let up = || bring_up(&arguments.servers, &dir, interrupt);
    // Dropped before the exit code is out: whoever sees it finds no server left.
    let mut servers;
    let code = match arguments.task {
        Task::Command { program, arguments } => {
            servers = up()?;
            run(&program, &arguments, &servers, interrupt)
        }
        Task::Install => {
            provide_libraries(&dir, interrupt)?;
            eprintln!("moored-servers: the client libraries that the backends link are there");
            return Ok(0);
        }
        Task::Test(words) => {
            provide_libraries(&dir, interrupt)?;
            let folder = place::folder(&dir, "tests").map_err(|error| vec![error])?;
            let servers_up = || if suite::runs_tests(&words) { up() } else { Ok(Vec::new()) };
            let jobs;
            (jobs, servers) = suite::prepare(&folder, servers_up, interrupt)?;
            suite::run(jobs, &words, &servers, &folder, interrupt)
        }
    };
    for lost in servers.iter_mut().filter_map(Up::lost) {
        eprintln!("moored-servers: {lost}");
    }
    code.map_err(|error| vec![error])
}

fn provide_libraries(dir: &Path, interrupt: &Interrupt) -> Result<(), Vec<Error>> {
    let folder = place::folder(dir, "libraries");
    folder.and_then(|folder| libraries::provide(&folder, interrupt)).map_err(|error| vec![error])
}

fn bring_up(servers: &[Server], dir: &Path, interrupt: &Interrupt) -> Result<Vec<Up>, Vec<Error>> {
    let variable = |name: &str| std::env::var(name).ok();
    up::all(servers, dir, variable, interrupt).inspect(|servers| servers.iter().for_each(announce))
}

/// One line a server. The URL of one that was given is not shown: it may hold a password.
fn announce(up: &Up) {
    let version = if up.version.is_empty() { String::new() } else { format!(" {}", up.version) };
    let how = match up.started() {
        Some(_) => format!("started in {:.1} s at {}", up.took.as_secs_f32(), up.url),
        None => format!("used as {} says", up.server.variable()),
    };
    eprintln!("moored-servers: {}{version} {how}", up.server);
}

fn failed(errors: &[Error], interrupt: &Interrupt) -> ExitCode {
    for error in errors {
        eprintln!("moored-servers: {error}");
    }
    ExitCode::from(errors.first().map_or(125, |error| code_of(error, interrupt)))
}
