//! `moored-servers test` as its user sees it, on a small project made for the purpose and with a stand-in for a server.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const LIBRARY: &str = "
/// ```
/// assert_eq!(project::one(), 1);
/// ```
pub fn one() -> i32 { 1 }
";

const FINE: &str = r#"
use std::env::{current_dir, var};
#[test]
fn fine_as_under_cargo() {
    assert_eq!(current_dir().unwrap().to_str().unwrap(), var("CARGO_MANIFEST_DIR").unwrap());
    assert_eq!(var("CARGO_PKG_NAME").as_deref(), Ok("project"));
    assert_eq!(var("CARGO_PKG_VERSION").as_deref(), Ok("0.3.0"));
    assert!(var("MOORED_MYSQL_URL").unwrap().starts_with("mysql://"));
    assert!(var("RUST_TEST_THREADS").unwrap().parse::<usize>().unwrap() > 0);
}
#[test]
#[ignore = "it is"]
fn fine_but_ignored() {}
"#;

const BAD: &str = "
#[test]
fn bad() { assert_eq!(project::one(), 2); }
";

const KILLED: &str = "
#[test]
fn killed() { std::process::abort(); }
";

const SILENT: &str = "
#[test]
fn silent() { std::process::exit(0); }
";

const SLOW: &str = r#"
#[test]
#[ignore = "only a signal ends it"]
fn slow() {
    std::fs::write("slow.id", std::process::id().to_string()).unwrap();
    std::fs::rename("slow.id", "slow").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(600));
}
"#;

/// A project of its own, which goes with this.
struct Project(PathBuf);

impl Project {
    fn new(name: &str, tests: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("moored-suite-{name}-{}", std::process::id()));
        let manifest =
            "[package]\nname = \"project\"\nversion = \"0.3.0\"\nedition = \"2024\"\n[workspace]\n";
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("tests")).unwrap();
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("src/lib.rs"), LIBRARY).unwrap();
        for (name, text) in tests {
            fs::write(folder.join("tests").join(name), text).unwrap();
        }
        // Cargo says where the folder really is.
        Project(folder.canonicalize().unwrap())
    }

    /// The launcher in it, with MySQL at a URL and no other server.
    fn launcher(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_moored-servers"));
        command.args(["--only", "mysql", "--dir"]).arg(self.0.join("servers")).arg("test");
        command.current_dir(&self.0).stdin(Stdio::null());
        command.env("MOORED_MYSQL_URL", mysql()).env("CARGO_NET_OFFLINE", "true");
        command.env("CARGO_TARGET_DIR", self.0.join("target"));
        command
    }

    /// What it prints and its exit code, with these words.
    fn test(&self, words: &[&str]) -> (String, String, Option<i32>) {
        let output = self.launcher().args(words).output().unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr), output.status.code())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The URL of what says hello as MySQL does, as long as the test runs.
fn mysql() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("mysql://root@{}/d", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"\x07\0\0\0\x0a9.7.0\0");
        }
    });
    url
}

#[test]
fn every_program_and_the_documentation_are_run_and_summed_up() {
    let tests = [("fine.rs", FINE), ("bad.rs", BAD), ("killed.rs", KILLED), ("silent.rs", SILENT)];
    let project = Project::new("all", &tests);
    let (out, err, code) = project.test(&[]);
    assert_eq!(code, Some(101), "{out}{err}");
    assert!(out.contains("src/lib.rs - one (line 2) ... ok"), "{out}{err}");
    let (_, summary) = out.rsplit_once("\n== ").unwrap();
    assert!(summary.starts_with("2 passed, 1 failed, 1 ignored, in 6 programs and "), "{out}");
    let mut lines: Vec<_> = summary.lines().skip(1).collect();
    assert_eq!(lines.remove(0), "ignored: project tests/fine.rs fine_but_ignored, it is");
    lines.sort_unstable();
    let expected = [
        "    bad",
        "FAILED: project tests/bad.rs ended with exit code 101",
        "FAILED: project tests/killed.rs was killed by signal 6, SIGABRT",
        "FAILED: project tests/silent.rs ended without a result, as if a test had called `exit`",
    ];
    assert_eq!(lines, expected);
    assert_eq!(out.lines().filter(|line| line.starts_with("test result: ")).count(), 4, "{out}");

    let (out, err, code) = project.test(&["fine"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("\n== 1 passed, 0 failed, 1 ignored, in 6 programs and "), "{out}");

    let mut list = project.launcher();
    let output = list.arg("--list").env("MOORED_MYSQL_URL", "mysql://127.0.0.1:1/d").output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{out}");
    assert!(out.contains("\nfine_but_ignored: test\n"), "{out}");
    assert!(out.contains("\n== 6 tests, in 6 programs and "), "{out}");
}

#[test]
fn tests_that_do_not_compile_are_not_run() {
    let project = Project::new("broken", &[("fine.rs", FINE), ("broken.rs", "fn broken() -> i32 {}")]);
    let (out, err, code) = project.test(&[]);
    assert!(out.is_empty() && code == Some(125), "{out}{err}");
    assert!(err.contains("error[E0308]"), "{err}");
    assert!(
        err.ends_with("moored-servers: the tests do not compile: cargo ended with exit code 101\n"),
        "{err}"
    );
}

#[test]
fn a_server_that_does_not_answer_ends_it_at_once() {
    let project = Project::new("alone", &[("fine.rs", FINE)]);
    let output = project.launcher().env("MOORED_MYSQL_URL", "mysql://127.0.0.1:1/d").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.stdout.is_empty() && output.status.code() == Some(125), "{said}");
    assert!(said.contains("127.0.0.1:1, which MOORED_MYSQL_URL names, cannot be used"), "{said}");
    assert!(!said.contains("interrupted"), "{said}");
}

#[test]
fn a_signal_ends_the_programs_and_shows_what_they_said() {
    let project = Project::new("slow", &[("slow.rs", SLOW)]);
    let mut launcher = project
        .launcher()
        .args(["--ignored", "slow"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let asked = Instant::now();
    let id = loop {
        match fs::read_to_string(project.0.join("slow")) {
            Ok(id) => break id.parse().unwrap(),
            Err(_) => assert!(asked.elapsed() < Duration::from_secs(60), "it does not start"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    kill(Pid::from_raw(launcher.id().cast_signed()), Signal::SIGTERM).unwrap();
    let out = BufReader::new(launcher.stdout.take().unwrap()).lines().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(launcher.wait().unwrap().code(), Some(128 + Signal::SIGTERM as i32));
    assert!(out.iter().any(|line| line == "== project tests/slow.rs: it was not let finish"), "{out:?}");
    assert!(out.iter().any(|line| line == "running 1 test"), "{out:?}");
    // It was waited for: nothing with its number is left.
    assert!(kill(Pid::from_raw(id), None).is_err());
}
