//! The programs, the model, and the comparison; the backend is `crate::B`.

// First, for the others use its macro.
#[macro_use]
mod entry;

mod compare;
mod ddl;
mod expect;
mod frames;
mod handles;
mod known;
mod model;
mod op;
mod program;
mod rows;
mod schema;
mod veto;

use moored::prelude::*;
use moored_server_tests::Place;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};

use self::model::Model;
use self::op::{Op, programs};
use crate::B;

fn execute(orm: &Orm<B>, ops: &[Op]) {
    orm.with_connection(ddl::empty).unwrap();
    orm.session(|session| {
        program::run(session, &mut Vec::new(), &mut Model::default(), ops);
        session.discard();
        Ok(())
    })
    .unwrap();
}

/// Programs that failed once are in `programs.txt` and run before all others. `MOORED_PROGRAMS` is how many to run instead.
pub(crate) fn a_session_is_what_the_model_says(place: Place<B>) {
    let settings = || Orm::<B>::builder(place.url()).flush_mode(FlushMode::Commit);
    let orm = settings().build().unwrap();
    let announcing = settings().subscribe(veto::listen).build().unwrap();
    orm.with_connection(|connection| ddl::create(connection, place.flavour())).unwrap();
    for ops in known::known() {
        execute(&orm, &ops);
        execute(&announcing, &ops);
    }
    let asked = std::env::var("MOORED_PROGRAMS").ok().and_then(|number| number.parse().ok());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: asked.unwrap_or(crate::PROGRAMS),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("programs.txt"))),
        source_file: Some(file!()),
        ..ProptestConfig::default()
    });
    let ran = runner.run(&(programs(), any::<bool>()), |(ops, announces)| {
        execute(if announces { &announcing } else { &orm }, &ops);
        Ok(())
    });
    if let Err(failure) = ran {
        panic!("{failure}");
    }
}
