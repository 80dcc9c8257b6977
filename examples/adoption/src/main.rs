//! `cargo run -p adoption` serves the same requests by every stage, and prints the statements of each.

use std::error::Error;

use adoption::desk::Request;
use adoption::{STAGES, open};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    for (stage, serve) in STAGES {
        println!("== {stage}");
        let (orm, log) = open()?;
        for request in [
            Request::Lend { book: 1, member: 1 },
            Request::Exchange { loan: 1, days_late: 3, book: 2 },
            Request::Exchange { loan: 2, days_late: 30, book: 1 }, // refused: 33 days cost too much
            Request::LoansOf(1),
        ] {
            match serve(&orm, request) {
                Ok(answer) => println!("{request:?}: {answer:?}"),
                Err(refusal) => println!("{request:?}: {refusal}"),
            }
            for statement in log.take() {
                println!("    {statement}");
            }
        }
    }
    Ok(())
}
