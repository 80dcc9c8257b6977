//! A small benchmark runner: rounds interleaved over the ways to do one thing, medians, ratios, counted statements.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;
use diesel::connection::{Instrumentation, InstrumentationEvent};

/// One way to do a workload's work, run once.
pub(crate) struct Sample {
    /// What the timed part took.
    pub(crate) took: Duration,
    /// How many statements the timed part sent.
    pub(crate) statements: u64,
    /// A digest of the result, the same for every way of doing the work.
    pub(crate) digest: u64,
}

/// What Moored must reach.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// At most so many times the time of the way with that number.
    Ratio { of: usize, at_most: f64 },
    /// At most so much time for one unit.
    Time { at_most: Duration },
}

/// One way of doing a workload's work.
pub(crate) type Way<'a> = (&'static str, Box<dyn FnMut() -> Sample + 'a>);

/// One thing to do, and the ways to do it; Moored's is the first.
pub(crate) struct Workload<'a> {
    pub(crate) name: &'static str,
    /// How many rows or calls the timed part is about.
    pub(crate) units: u32,
    /// None: printed for information.
    pub(crate) targets: Vec<Target>,
    /// How many statements Moored may send.
    pub(crate) statements: Option<u64>,
    pub(crate) ways: Vec<Way<'a>>,
}

/// What was asked on the command line.
pub(crate) struct Runner {
    pub(crate) rounds: usize,
    /// Leave with an error when a target is missed.
    pub(crate) check: bool,
    /// Runs Moored's ways only: for a profiler.
    pub(crate) alone: bool,
    /// Runs the workloads whose name contains this.
    pub(crate) only: Option<String>,
    missed: Vec<String>,
}

impl Runner {
    /// `--check`, `--alone`, `--rounds N`, and a part of a workload's name; what cargo adds is ignored.
    pub(crate) fn from_arguments() -> Self {
        let mut runner = Self { rounds: 15, check: false, alone: false, only: None, missed: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--check" => runner.check = true,
                "--alone" => runner.alone = true,
                "--rounds" => {
                    runner.rounds = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(runner.rounds);
                }
                flag if flag.starts_with("--") => {}
                name => runner.only = Some(name.to_owned()),
            }
        }
        runner
    }

    pub(crate) fn wants(&self, workload: &str) -> bool {
        self.only.as_ref().is_none_or(|part| workload.contains(part.as_str()))
    }

    /// Runs the ways one after the other in every round and prints the table of this workload.
    ///
    /// The ratios are medians of the rounds' own ratios: what disturbs one round disturbs both sides of it.
    pub(crate) fn run(&mut self, workload: Workload<'_>) {
        let Workload { name, units, targets, statements, mut ways } = workload;
        if self.alone {
            ways.truncate(1);
        }
        let mut times = vec![Vec::new(); ways.len()];
        let mut sent = vec![0; ways.len()];
        // The round before the first one fills caches.
        for round in 0..=self.rounds {
            let mut expected = None;
            for (place, (way, run)) in ways.iter_mut().enumerate() {
                let sample = run();
                let digest = *expected.get_or_insert(sample.digest);
                assert_eq!(sample.digest, digest, "{name}: `{way}` gave another result than the first way");
                if round > 0 {
                    times[place].push(sample.took.as_secs_f64() / f64::from(units));
                }
                sent[place] = sample.statements;
            }
        }
        println!("\n{name}");
        for (place, (way, _)) in ways.iter().enumerate() {
            let unit = median(times[place].clone());
            let ratio = ratio(&times[0], &times[place]);
            let versus = if place == 0 { String::new() } else { format!("Moored takes {ratio:.2} of it") };
            println!("  {way:<44} {:>10}  {:>6} statements  {versus}", show(unit), sent[place]);
        }
        for target in targets {
            let (reached, found) = match target {
                Target::Ratio { .. } if self.alone => continue,
                Target::Ratio { of, at_most } => {
                    let ratio = ratio(&times[0], &times[of]);
                    (ratio <= at_most, format!("{ratio:.2} of `{}`, at most {at_most:.2}", ways[of].0))
                }
                Target::Time { at_most } => {
                    let (time, at_most) = (median(times[0].clone()), at_most.as_secs_f64());
                    (time <= at_most, format!("{}, at most {}", show(time), show(at_most)))
                }
            };
            self.note(name, reached, &found);
        }
        if let Some(most) = statements {
            self.note(name, sent[0] <= most, &format!("{} statements, at most {most}", sent[0]));
        }
    }

    fn note(&mut self, workload: &str, reached: bool, found: &str) {
        println!("  {} {found}", if reached { "reached:" } else { "MISSED:" });
        if !reached {
            self.missed.push(format!("{workload}: {found}"));
        }
    }

    /// The exit status: an error when a target was missed and `--check` was given.
    pub(crate) fn end(self) -> std::process::ExitCode {
        for missed in &self.missed {
            println!("\nmissed {missed}");
        }
        if self.check && !self.missed.is_empty() {
            return std::process::ExitCode::FAILURE;
        }
        std::process::ExitCode::SUCCESS
    }
}

static STATEMENTS: AtomicU64 = AtomicU64::new(0);

/// Counts statements, on every connection of the benchmark alike.
pub(crate) struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { .. } = event {
            STATEMENTS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Times `work` and counts its statements; gives what it gave.
///
/// The time is the thread's own on the processor: nothing here waits, and what else runs on the machine counts less.
/// Not inlined, so that a profiler can be told to look at nothing else: `--toggle-collect="*runner::measure*"`.
#[inline(never)]
pub(crate) fn measure<R>(work: impl FnOnce() -> R) -> (R, Duration, u64) {
    let before = STATEMENTS.load(Ordering::Relaxed);
    let start = ThreadTime::now();
    let result = work();
    let took = start.elapsed();
    (result, took, STATEMENTS.load(Ordering::Relaxed) - before)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn ratio(moored: &[f64], other: &[f64]) -> f64 {
    median(moored.iter().zip(other).map(|(moored, other)| moored / other).collect())
}

fn show(seconds: f64) -> String {
    match seconds * 1e9 {
        nanos if nanos < 1e3 => format!("{nanos:.0} ns"),
        nanos if nanos < 1e6 => format!("{:.2} us", nanos / 1e3),
        nanos => format!("{:.2} ms", nanos / 1e6),
    }
}
