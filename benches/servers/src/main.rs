//! Moored against hand-written Diesel on database servers: the same rows, interleaved in one run, round trips counted.
//!
//! ```text
//! cargo run -p moored-servers -- cargo bench -p moored-server-benches              brings the servers up
//! cargo bench -p moored-server-benches -- --check                                  fails when a target is missed
//! cargo bench -p moored-server-benches -- --only postgresql --rounds 31 insert     one server, one workload
//! ```
//!
//! Both sides use one connection, through the server's socket where it offers one on this machine, else over TCP; it is
//! printed which. Round trips are counted on a line of the benchmark's own, over TCP. Times are those on the wall,
//! medians of the rounds; "processors" compares what client and server took of them, which other programs disturb less.
//!
//! What round trips are made of: a statement is one to be prepared and one to be executed, on PostgreSQL as on MySQL. BEGIN
//! and COMMIT are one each on PostgreSQL, and three each on MariaDB and MySQL, where Diesel's `batch_execute` switches
//! several statements at once on before, and off after it. The first INSERT of many rows asks the catalogue how the table
//! makes its keys, once a pool; on MariaDB and MySQL each INSERT is followed by a SELECT of the keys.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark stops where something is wrong"
)]

mod address;
mod by_hand;
mod meter;
mod proxy;
mod report;
mod run;
mod schema;
mod server;
mod ways;

use std::process::ExitCode;

use moored_mysql::Mysql;
use moored_postgres::Postgres;

use address::Address;
use report::Report;
use server::{MARIADB, MYSQL, POSTGRES, Server};
use ways::Targets;

fn main() -> ExitCode {
    match measure() {
        Ok(report) => report.end(),
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<Report, String> {
    type Run = fn(&mut Report, &'static Server, &Address, Targets) -> moored::Result<()>;
    let on_mysql = Targets { insert: 1.0, update: 3.0 };
    let servers: [(&Server, Run, Targets); 3] = [
        (&POSTGRES, run::run::<Postgres>, Targets { insert: 1.3, update: 7.0 }),
        (&MARIADB, run::run::<Mysql>, on_mysql),
        (&MYSQL, run::run::<Mysql>, on_mysql),
    ];
    let mut report = Report::from_arguments()?;
    // All of them are looked up before anything is measured.
    let wanted = servers.into_iter().filter(|(server, ..)| report.wants_server(server.name));
    let wanted: Vec<_> = wanted
        .map(|(server, run, targets)| Ok((server, run, targets, Address::of(server.variable)?)))
        .collect::<Result<_, String>>()?;
    if wanted.is_empty() {
        return Err("--only takes postgresql, mariadb or mysql".into());
    }
    println!("Moored and hand-written Diesel; medians and quartiles of {} interleaved rounds", report.rounds);
    for (server, run, targets, address) in wanted {
        run(&mut report, server, &address, targets).map_err(|error| format!("{}: {error}", server.name))?;
    }
    Ok(report)
}
