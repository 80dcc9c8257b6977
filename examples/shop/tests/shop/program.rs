//! The program itself: its memory under load, and its end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use crate::clients;
use crate::site::{Client, Database, new_file};

const LONG: Duration = Duration::from_secs(20);

/// The program, which ends with this.
struct Program {
    process: Child,
    output: BufReader<ChildStdout>,
    client: Client,
    database: Database,
}

impl Program {
    fn start(name: &str) -> Self {
        let file = new_file(name);
        let mut process = Command::new(env!("CARGO_BIN_EXE_shop"))
            .args([&file, "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().strip_suffix("/tracks").unwrap();
        Self { process, output, client: Client::of(address.to_owned()), database: Database::of(&file) }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// What of its memory is there, in KiB.
    #[cfg(target_os = "linux")]
    fn resident(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    fn ends(mut self) -> String {
        let asked = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(asked.elapsed() < LONG, "it does not end");
            sleep(Duration::from_millis(10));
        }
        assert!(self.process.wait().unwrap().success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_flat() {
    let program = Program::start("memory");
    clients::invite(&program.database);
    let visited = |rounds| {
        let all = clients::all_at_once(&program.client, rounds);
        (program.resident(), all.iter().map(|did| did.requests).sum::<usize>())
    };
    let (warm, first) = visited(8);
    let (after, more) = visited(24);
    println!("{warm} KiB after {first} requests, {after} KiB after {more} more");
    assert!(more > 2 * first);
    // Eight hundred bytes that each request left behind would be more.
    assert!(after < warm + 4096, "{warm} KiB after {first} requests, {after} KiB after {more} more");
    drop(program);
}

/// Somebody has the database locked; an order waits for it when the program is asked to end.
#[cfg(unix)]
#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    for signal in ["INT", "TERM"] {
        let program = Program::start(&format!("shutdown-{signal}"));
        let client = program.client.another();
        let order = program.database.locked(|| {
            let order = thread::spawn(move || client.order(1, &[(1, 1)]));
            sleep(Duration::from_secs(1));
            program.signal(signal);
            let asked = Instant::now();
            while TcpStream::connect(&program.client.address).is_ok() {
                assert!(asked.elapsed() < LONG, "it takes requests still");
                sleep(Duration::from_millis(10));
            }
            assert!(!order.is_finished());
            order
        });
        assert_eq!(order.join().unwrap().status, 201);
        assert_eq!(program.database.number("SELECT count(*) FROM invoices"), 1);
        assert_eq!(program.ends(), "all requests are answered\n");
    }
}
