//! Says what test programs said, and sums it up.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use super::Outcome;
use crate::process::ended;

/// What all of it came to.
pub(super) struct Summary {
    /// Whether every program passed.
    pub(super) ok: bool,
    /// What is printed.
    pub(super) text: String,
}

/// Prints a text as a whole. Nobody may be there to read it, which changes nothing.
pub(super) fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What is printed of a program that has ended.
pub(super) fn block(outcome: &Outcome) -> String {
    let failure = failure(outcome).map_or_else(String::new, |failure| format!(": it {failure}"));
    format!("\n== {} ({:.1} s){failure}\n{}\n", outcome.name, outcome.took.as_secs_f32(), outcome.said.trim())
}

/// What is printed of a program that was not let end.
pub(super) fn unfinished(name: &str, said: &str) -> String {
    format!("\n== {name}: it was not let finish\n{}\n", said.trim())
}

/// Counts tests, and lists the tests that were ignored and the programs and tests that failed.
pub(super) fn summary(outcomes: &[Outcome], took: Duration) -> Summary {
    let total = outcomes.iter().map(|outcome| Tally::of(&outcome.said)).sum::<Tally>();
    let failures: Vec<_> = outcomes.iter().filter_map(|outcome| Some((outcome, failure(outcome)?))).collect();
    let counts = if outcomes.iter().all(|outcome| outcome.runs) {
        format!("{} passed, {} failed, {} ignored", total.passed, total.failed, total.ignored)
    } else {
        let listed = outcomes.iter().flat_map(|outcome| outcome.said.lines()).filter_map(listed_test);
        format!("{} tests", listed.count())
    };
    let programs = outcomes.len();
    let mut text = format!("\n== {counts}, in {programs} programs and {:.1} s\n", took.as_secs_f32());
    // Writing to a string cannot fail.
    for outcome in outcomes {
        for (test, reason) in outcome.said.lines().filter_map(ignored_test) {
            let _ = writeln!(text, "ignored: {} {test}{reason}", outcome.name);
        }
    }
    for (outcome, failure) in &failures {
        let _ = writeln!(text, "FAILED: {} {failure}", outcome.name);
        for test in outcome.said.lines().filter_map(failed_test) {
            let _ = writeln!(text, "    {test}");
        }
    }
    Summary { ok: failures.is_empty(), text }
}

/// Why a program does not count as passed, if so, as the end of a sentence.
fn failure(outcome: &Outcome) -> Option<String> {
    if !outcome.status.success() {
        return Some(ended(outcome.status));
    }
    // A test can end the whole program by calling `exit`.
    let silent = outcome.runs && Tally::results(&outcome.said).next().is_none();
    silent.then(|| "ended without a result, as if a test had called `exit`".into())
}

/// The name in a line like `test some::name ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

/// The name in a line like `some::name: test`.
fn listed_test(line: &str) -> Option<&str> {
    line.strip_suffix(": test")
}

/// The name in a line like `test some::name ... ignored, reason`, and the reason.
fn ignored_test(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("test ")?.split_once(" ... ignored")
}

/// How many tests did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    /// The lines that sum up a run of tests: `test result: ok. 1 passed; 0 failed; 0 ignored; ..`.
    fn results(said: &str) -> impl Iterator<Item = &str> {
        said.lines().filter_map(|line| line.strip_prefix("test result: "))
    }

    fn of(said: &str) -> Self {
        Self::results(said).map(Self::of_result).sum()
    }

    fn of_result(result: &str) -> Self {
        let words: Vec<_> = result.split([' ', ';']).collect();
        let count = |what: &str| {
            let counts = words.windows(2).filter(|pair| pair.last() == Some(&what));
            counts.filter_map(|pair| pair.first()?.parse::<u64>().ok()).sum()
        };
        Tally { passed: count("passed"), failed: count("failed"), ignored: count("ignored") }
    }
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Tally {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            ignored: sum.ignored + one.ignored,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn outcome(status: i32, said: &str) -> Outcome {
        let status = ExitStatus::from_raw(status);
        Outcome {
            name: "shop tests/a.rs".into(),
            status,
            took: Duration::ZERO,
            runs: true,
            said: said.into(),
        }
    }

    const PASSED: &str = "test a ... ok\ntest d ... ignored, slow\n\ntest result: ok. 1 passed; 0 failed; 1 ignored; 0 measured\n";
    const FAILED: &str = "test a ... ok\ntest b::c ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured\n";

    #[test]
    fn results_are_added_up() {
        let two = format!("{PASSED}{PASSED}");
        assert_eq!(Tally::of(&two), Tally { passed: 2, failed: 0, ignored: 2 });
        let summary = summary(&[outcome(0, PASSED), outcome(101 << 8, FAILED)], Duration::from_secs(2));
        let expected = "\n== 2 passed, 1 failed, 1 ignored, in 2 programs and 2.0 s\nignored: shop \
                        tests/a.rs d, slow\nFAILED: shop tests/a.rs ended with \
                        exit code 101\n    b::c\n";
        assert_eq!(summary.text, expected);
        assert!(!summary.ok);
    }

    #[test]
    fn listed_tests_are_counted() {
        let said = "a: test\nb::c: test\n\n2 tests, 0 benchmarks\n";
        let listed = Outcome { runs: false, ..outcome(0, said) };
        let summary = summary(&[listed], Duration::ZERO);
        assert_eq!(summary.text, "\n== 2 tests, in 1 programs and 0.0 s\n");
        assert!(summary.ok);
    }

    #[test]
    fn a_program_that_says_no_result_has_failed() {
        let said = |status, said| failure(&outcome(status, said));
        assert_eq!(said(0, PASSED), None);
        assert_eq!(said(9, PASSED).as_deref(), Some("was killed by signal 9, SIGKILL"));
        assert!(said(0, "running 1 test\n").is_some_and(|failure| failure.contains("without a result")));
        assert!(
            block(&outcome(11, "running"))
                .contains("(0.0 s): it was killed by signal 11, SIGSEGV\nrunning\n")
        );
    }
}
