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

use moored::event::Events;
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

/// Subscribes to every event of every entity.
fn listen(events: &mut Events<'_, B>) {
    macro_rules! each {
        ($($entity:ty),+) => {$(
            events.before_create::<$entity>(|_, _| Ok(()));
            events.before_update::<$entity>(|_, _| Ok(()));
            events.before_remove::<$entity>(|_, _| Ok(()));
            events.after_create::<$entity>(|_, _| Ok(()));
            events.after_update::<$entity>(|_, _| Ok(()));
            events.after_remove::<$entity>(|_, _| Ok(()));
        )+};
    }
    each!(schema::Node, schema::Leaf, schema::Tag, schema::Team, schema::Player, schema::Seat);
    events.before_flush(|_| Ok(()));
    events.on_flush(|_, _| Ok(()));
    events.after_flush(|_| Ok(()));
    events.before_commit(|_| Ok(()));
}

/// Programs that failed once are in `programs.txt` and run before all others. `MOORED_PROGRAMS` is how many to run instead.
pub(crate) fn a_session_is_what_the_model_says(place: Place<B>) {
    let settings = || Orm::<B>::builder(place.url()).flush_mode(FlushMode::Commit);
    let orm = settings().build().unwrap();
    // Subscribers that do nothing make every flush one that announces its rows and can be put back as a whole.
    let announcing = settings().subscribe(listen).build().unwrap();
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
