//! What was asked on the command line, and what is printed: medians, ratios with their spread, and targets.

use std::process::ExitCode;

/// What was asked on the command line.
pub(crate) struct Report {
    pub(crate) rounds: usize,
    /// Leave with an error when a target is missed.
    check: bool,
    /// The one server to run on.
    only: Option<String>,
    /// A part of the name of the workloads to run.
    part: Option<String>,
    missed: Vec<String>,
}

impl Report {
    /// `--check`, `--rounds N`, `--only SERVER`, and a part of a workload's name; what cargo adds is ignored.
    pub(crate) fn from_arguments() -> Result<Self, String> {
        let mut report = Self { rounds: 11, check: false, only: None, part: None, missed: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--check" => report.check = true,
                "--rounds" => {
                    let rounds = arguments.next().and_then(|rounds| rounds.parse().ok()).filter(|&n| n > 0);
                    report.rounds = rounds.ok_or("--rounds takes a number")?;
                }
                "--only" => {
                    report.only = Some(arguments.next().ok_or("--only takes postgresql, mariadb or mysql")?);
                }
                "--bench" => {}
                flag if flag.starts_with("--") => return Err(format!("{flag} is not known here")),
                part => report.part = Some(part.to_owned()),
            }
        }
        Ok(report)
    }

    /// Whether a server was asked for: by its name or the beginning of it.
    pub(crate) fn wants_server(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.to_lowercase().starts_with(&only.to_lowercase()))
    }

    pub(crate) fn wants(&self, workload: &str) -> bool {
        self.part.as_ref().is_none_or(|part| workload.contains(part.as_str()))
    }

    /// Prints whether a target was reached, and keeps it if not.
    pub(crate) fn note(&mut self, of: &str, reached: bool, found: &str) {
        println!("  {} {found}", if reached { "reached:" } else { "MISSED:" });
        if !reached {
            self.missed.push(format!("{of}: {found}"));
        }
    }

    pub(crate) fn end(self) -> ExitCode {
        for missed in &self.missed {
            println!("\nmissed on {missed}");
        }
        if self.check && !self.missed.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// The middle of several measurements, and how far they lie apart.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Spread {
    /// A quarter of the measurements is below `low`, a quarter is above `high`.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |quarters: usize| values[(values.len() - 1) * quarters / 4];
        Self { low: at(1), median: at(2), high: at(3) }
    }
}

/// A time as one reads it.
pub(crate) fn show(seconds: f64) -> String {
    match seconds * 1e6 {
        micros if micros < 1e3 => format!("{micros:.2} us"),
        micros if micros < 1e6 => format!("{:.1} ms", micros / 1e3),
        micros => format!("{:.2} s", micros / 1e6),
    }
}
