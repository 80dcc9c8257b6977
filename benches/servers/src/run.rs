//! Runs the workloads of one server: timed in interleaved rounds, and then with round trips counted.

use std::time::Duration;

use moored::prelude::*;

use crate::address::Address;
use crate::by_hand::ByHand;
use crate::meter::Meter;
use crate::report::{Report, Spread, show};
use crate::schema::User;
use crate::server::{Database, Server};
use crate::ways::{Targets, Way, Workload, workloads};

/// What a slow network adds to a round trip.
const LATENCY: Duration = Duration::from_millis(1);

pub(crate) fn run<B: ByHand>(
    report: &mut Report,
    server: &'static Server,
    address: &Address,
    targets: Targets,
) -> moored::Result<()>
where
    User: Entity<B>,
{
    let database = Database::<B>::make(server, address)?;
    println!("\n== {} over {}", server.name, database.reached);
    let orm = database.open()?;
    database.prepare(&orm)?;
    let workloads = workloads(targets);
    for workload in workloads {
        if report.wants(workload.name) {
            times(report, server, &database, &orm, &workload)?;
            trips(report, server, &database, &orm, &workload)?;
        }
    }
    Ok(())
}

/// Runs one way once, from the beginning of its workload, and checks what it did to the database.
fn once<B: ByHand>(
    database: &Database<B>,
    orm: &Orm<B>,
    on: &Orm<B>,
    workload: &Workload<B>,
    way: &Way<B>,
    meter: &Meter<'_>,
) -> moored::Result<()> {
    database.reset(orm, workload.filled)?;
    (way.run)(on, meter)?;
    let contents = orm.with_connection(|connection| Ok(B::contents(connection)?))?;
    meter.keep(&contents);
    Ok(())
}

/// Runs all ways one after another in every round.
///
/// The ratios are medians of the rounds' own ratios: what disturbs one round disturbs both sides of it.
fn times<B: ByHand>(
    report: &mut Report,
    server: &Server,
    database: &Database<B>,
    orm: &Orm<B>,
    workload: &Workload<B>,
) -> moored::Result<()> {
    let Workload { name, units, ways, .. } = workload;
    let mut times = vec![Vec::new(); ways.len()];
    let mut work = vec![Vec::new(); ways.len()];
    let thread = database.thread(orm);
    // The round before the first one fills caches.
    for round in 0..=report.rounds {
        let mut expected = None;
        for turn in 0..ways.len() {
            // None of them is always the one that runs after the same other.
            let place = (turn + round) % ways.len();
            let meter = Meter::of(thread);
            once(database, orm, orm, workload, &ways[place], &meter)?;
            let result = *expected.get_or_insert(meter.result());
            assert_eq!(meter.result(), result, "{name}: `{}` did something else", ways[place].name);
            if round > 0 {
                times[place].push(meter.took().as_secs_f64());
                work[place].push(meter.worked().map_or(f64::NAN, |worked| worked.as_secs_f64()));
            }
        }
    }
    println!("\n{name}");
    let mut least = f64::INFINITY;
    for (place, way) in ways.iter().enumerate() {
        let unit = show(Spread::of(times[place].clone()).median / *units as f64);
        print!("  {:<50} {unit:>10}", way.name);
        if place > 0 {
            let Spread { low, median, high } = versus(&times, place);
            let worked = versus(&work, place).median;
            print!("  Moored is {median:.2} times as fast ({low:.2} to {high:.2}; processors {worked:.2})");
            least = least.min(median);
        }
        println!();
    }
    if let Some(at_least) = workload.at_least {
        let found = format!("{least:.2} times as fast as the fastest by hand, at least {at_least:.2}");
        report.note(&format!("{}, {name}", server.name), least >= at_least, &found);
    }
    Ok(())
}

/// How many times as fast as a way the first one is, round by round.
fn versus(times: &[Vec<f64>], place: usize) -> Spread {
    Spread::of(times[0].iter().zip(&times[place]).map(|(moored, other)| other / moored).collect())
}

/// Counts the round trips of Moored's and of the usual way, each on a connection of its own: at first, when nothing is
/// prepared, and again.
fn trips<B: ByHand>(
    report: &mut Report,
    server: &Server,
    database: &Database<B>,
    orm: &Orm<B>,
    workload: &Workload<B>,
) -> moored::Result<()> {
    for place in [0, workload.usual] {
        let way = &workload.ways[place];
        let line = database.line().map_err(|error| diesel::result::Error::QueryBuilderError(error.into()))?;
        let on = database.open_through(&line)?;
        // The pool makes its connection when it is first asked for one.
        on.with_connection(|_| Ok(()))?;
        let count = || {
            let meter = Meter::on(&line);
            once(database, orm, &on, workload, way, &meter).map(|()| (meter.trips(), meter.took()))
        };
        let ((first, _), (again, _)) = (count()?, count()?);
        print!("  {:<50} {first:>10} round trips, {again} when prepared", way.name);
        if workload.trips.is_some() {
            line.set_latency(LATENCY);
            let (_, took) = count()?;
            print!("; {} if each takes {LATENCY:?} more", show(took.as_secs_f64()));
        }
        println!();
        if let Some(most) = workload.trips.filter(|_| place == 0) {
            let found = format!("{first} round trips, at most {most}");
            report.note(&format!("{}, {}", server.name, workload.name), first <= most, &found);
        }
    }
    Ok(())
}
