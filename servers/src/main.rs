//! `moored-servers COMMAND`: runs a command with the database servers up. See the library for how.

use std::process::ExitCode;

use moored_servers::arguments::{self, Arguments, HELP, Request};
use moored_servers::interrupt::Interrupt;
use moored_servers::run::{code_of, run};
use moored_servers::up::{self, Up};
use moored_servers::{Error, place};

fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Request::Run(arguments)) => arguments,
        Ok(Request::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return failed(&[error], &Interrupt::default()),
    };
    match Interrupt::on_signals() {
        Ok(interrupt) => launch(arguments, &interrupt),
        Err(error) => failed(&[error], &Interrupt::default()),
    }
}

fn launch(arguments: Arguments, interrupt: &Interrupt) -> ExitCode {
    let dir = match arguments.dir.map_or_else(|| Ok(place::usual()), std::path::absolute) {
        Ok(dir) => dir,
        Err(error) => return failed(&[Error::Usage(format!("--dir: {error}"))], interrupt),
    };
    let variable = |name: &str| std::env::var(name).ok();
    let mut servers = match up::all(&arguments.servers, &dir, variable, interrupt) {
        Ok(servers) => servers,
        Err(errors) => return failed(&errors, interrupt),
    };
    servers.iter().for_each(announce);
    let code = run(&arguments.program, &arguments.arguments, &servers, interrupt);
    for lost in servers.iter_mut().filter_map(Up::lost) {
        eprintln!("moored-servers: {lost}");
    }
    // Stopped before the exit code is out: whoever sees it finds nothing left.
    drop(servers);
    code.map_or_else(|error| failed(&[error], interrupt), ExitCode::from)
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
