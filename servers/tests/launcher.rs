//! The launcher as its user sees it, with stand-ins for the servers: no test here needs or starts a database.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use moored_servers::port::Reserved;
use moored_servers::process::Guard;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A port on which something answers every connection with these bytes, as long as the test runs.
fn server(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(answer);
            // Closed before all that came was read, it would take the answer back.
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    port
}

const MYSQL: &[u8] = b"\x07\0\0\0\x0a9.7.0\0";

fn mysql() -> String {
    format!("mysql://root:secret@127.0.0.1:{}/d", server(MYSQL))
}

/// The launcher with MySQL at a URL, and no other server.
fn launcher(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moored-servers"));
    command.args(["--only", "mysql", "--"]).env("MOORED_MYSQL_URL", url).stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn runs(id: u32) -> bool {
    // A process that ended and was not waited for yet still has its number; what counts is that it does nothing.
    let dead = |state: &str| state.is_empty() || state.starts_with('Z');
    if fs::exists("/proc/self/stat").unwrap() {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        return !dead(stat.rsplit(')').next().unwrap().trim());
    }
    let output = Command::new("ps").args(["-o", "stat=", "-p", &id.to_string()]).output().unwrap();
    !dead(String::from_utf8_lossy(&output.stdout).trim())
}

fn ends(id: u32) -> bool {
    let asked = Instant::now();
    while runs(id) && asked.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(20));
    }
    !runs(id)
}

#[test]
fn a_reserved_port_is_free_and_no_one_elses() {
    let reserved = [(); 20].map(|()| Reserved::new().unwrap());
    let mut numbers: Vec<_> = reserved.iter().map(Reserved::number).collect();
    assert!(numbers.iter().all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err()));
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), reserved.len());
    let port = Reserved::new().unwrap().release();
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
}

#[test]
fn a_guard_stops_its_process_and_the_children_of_that() {
    let mut command = Command::new("sh");
    command.args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped());
    let file = std::env::temp_dir().join(format!("moored-guard-{}", std::process::id()));
    command.stdout(fs::File::create(&file).unwrap());
    let guard = Guard::start(&mut command, Signal::SIGTERM).unwrap();
    let id = guard.id();
    let child = loop {
        match fs::read_to_string(&file).unwrap().trim().parse() {
            Ok(child) => break child,
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    };
    assert!(runs(id) && runs(child));
    drop(guard);
    assert!(!runs(id) && ends(child));
    fs::remove_file(file).unwrap();
}

#[test]
fn a_panic_stops_the_process() {
    let mut id = 0;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let guard = Guard::start(Command::new("sleep").arg("600"), Signal::SIGTERM).unwrap();
        id = guard.id();
        assert!(!runs(id), "this is meant to fail");
    }));
    assert!(panicked.is_err() && id != 0 && !runs(id));
}

#[test]
fn a_process_that_does_not_listen_is_stopped_all_the_same() {
    let mut guard = Guard::start(Command::new("sleep").arg("600"), Signal::SIGKILL).unwrap();
    assert!(guard.exited().unwrap().is_none());
    let status = guard.stop(Signal::SIGKILL).unwrap();
    assert!(!status.success() && !runs(guard.id()));
    assert!(!guard.signal(Signal::SIGTERM), "its number is given up");
}

#[test]
fn the_url_is_passed_through_and_nothing_else_is_set() {
    let url = mysql();
    let output = launcher(&url).env_remove("MOORED_POSTGRES_URL").args(["sh", "-c", "env"]).output().unwrap();
    let environment = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(environment.lines().any(|line| line == format!("MOORED_MYSQL_URL={url}")), "{}", said(&output));
    assert!(!environment.contains("MOORED_POSTGRES_URL"));
    assert_eq!(said(&output), "moored-servers: MySQL 9.7.0 used as MOORED_MYSQL_URL says\n");
}

/// PostgreSQL that is ready without a password.
const POSTGRES: &[u8] = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x18server_version\x0017.1\0Z\0\0\0\x05I";

/// The launcher with PostgreSQL and a pair, each where its variable is to be set.
fn with_postgres(set: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moored-servers"));
    command.args(["--only", "postgres", "--", "sh", "-c", "env"]).stdin(Stdio::null());
    for variable in PAIRED {
        let url = format!("postgres://u:secret@127.0.0.1:{}/d", server(POSTGRES));
        match set.contains(&variable) {
            true => command.env(variable, url),
            false => command.env_remove(variable),
        };
    }
    command
}

const PAIRED: [&str; 3] =
    ["MOORED_POSTGRES_URL", "MOORED_POSTGRES_PRIMARY_URL", "MOORED_POSTGRES_REPLICA_URL"];

#[test]
fn a_primary_and_its_replica_are_used_beside_another_server() {
    let output = with_postgres(&PAIRED).output().unwrap();
    let environment = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut urls: Vec<_> = PAIRED
        .iter()
        .map(|variable| {
            let line = environment.lines().find_map(|line| line.strip_prefix(variable)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("{variable} is not set: {}", said(&output)))
        })
        .collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), 3, "each has its own");
    let expected = ["PostgreSQL 17.1", "PostgreSQL's primary 17.1", "PostgreSQL's replica 17.1"];
    let said = said(&output);
    let lines = said.lines().zip(expected.iter().zip(PAIRED));
    for (line, (server, variable)) in lines {
        assert_eq!(line, format!("moored-servers: {server} used as {variable} says"));
    }
    assert_eq!(said.lines().count(), 3);
}

#[test]
fn half_a_pair_is_refused_before_anything_is_started() {
    let [_, primary, replica] = PAIRED;
    for (set, unset) in [(primary, replica), (replica, primary)] {
        for also in [&[][..], &["MOORED_POSTGRES_URL"]] {
            let output = with_postgres(&[also, &[set]].concat()).output().unwrap();
            let expected = format!(
                "moored-servers: {set} is set and {unset} is not: they name a primary and its replica; set both, or \
                 neither to have them started\n"
            );
            assert_eq!((said(&output), output.status.code()), (expected, Some(125)));
            assert!(output.stdout.is_empty());
        }
    }
}

#[test]
fn the_exit_code_is_passed_on() {
    let url = mysql();
    let code = |script: &str| launcher(&url).args(["sh", "-c", script]).output().unwrap().status.code();
    assert_eq!(code("true"), Some(0));
    assert_eq!(code("exit 7"), Some(7));
    assert_eq!(code("kill -9 $$"), Some(128 + 9));
    assert_eq!(launcher(&url).arg("/no/such/program").output().unwrap().status.code(), Some(127));
    assert_eq!(launcher(&url).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_server_that_does_not_answer_fails_and_the_command_does_not_run() {
    let nobody = Reserved::new().unwrap().release();
    let http = server(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let mariadb = server(b"\x12\0\0\0\x0a5.5.5-11-MariaDB\0");
    for (port, reason) in [(nobody, "refused"), (http, "protocol"), (mariadb, "not MySQL")] {
        let url = format!("mysql://root:secret@127.0.0.1:{port}/d");
        let output = launcher(&url).args(["echo", "ran"]).output().unwrap();
        let said = said(&output);
        assert!(output.stdout.is_empty() && output.status.code() == Some(125), "{said}");
        assert!(said.contains(reason) && said.contains(&format!("127.0.0.1:{port}")), "{said}");
        assert!(said.contains("MOORED_MYSQL_URL") && !said.contains("secret"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// Runs a command that starts a process, sends the launcher a signal, and gives its exit code and that process.
fn signalled(signal: Signal) -> (Option<i32>, u32) {
    let mut launcher = launcher(&mysql());
    launcher.args(["sh", "-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut launcher = launcher.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(launcher.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let child = line.trim().parse().unwrap();
    assert!(runs(child));
    kill(Pid::from_raw(launcher.id().cast_signed()), signal).unwrap();
    (launcher.wait().unwrap().code(), child)
}

#[test]
fn a_signal_ends_the_command_and_what_it_started() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let (code, child) = signalled(signal);
        assert_eq!(code, Some(128 + signal as i32));
        assert!(ends(child), "{signal}");
    }
}

#[test]
fn a_killed_launcher_leaves_nothing_running() {
    let (code, child) = signalled(Signal::SIGKILL);
    assert_eq!(code, None);
    assert!(ends(child));
}
