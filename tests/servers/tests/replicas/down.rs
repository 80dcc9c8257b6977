//! What reads do when the replica is not there, goes away, and comes back.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use moored::Result;
use moored::backend::FailureKind;

use crate::door::Door;
use crate::pair::{Answers, Pair, who};

/// Counts the connections that could not be made.
#[derive(Clone, Default)]
struct Refusals(Arc<AtomicUsize>);

impl Instrumentation for Refusals {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::FinishEstablishConnection { error: Some(_), .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Refusals {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn counter(&self) -> impl Fn() -> Self + Send + Sync + 'static {
        let counted = self.clone();
        move || counted.clone()
    }
}

#[test]
fn where_nobody_listens_the_others_answer_at_once() -> Result<()> {
    let pair = Pair::take();
    // Bound to another address of the loopback: whoever asks for any free port gets another one.
    let taken = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).unwrap();
    let nowhere = format!("postgres://postgres@127.0.0.1:{}/moored", taken.local_addr().unwrap().port());
    for (replicas, answers) in [
        (vec![nowhere.as_str()], Answers::Primary),
        (vec![nowhere.as_str(), pair.replica(), nowhere.as_str()], Answers::Replica),
    ] {
        let refusals = Refusals::default();
        let settings = pair.orm([]).instrument(refusals.counter()).checkout_timeout(Duration::from_secs(60));
        let down = replicas.iter().filter(|url| **url == nowhere).count();
        let settings = replicas.into_iter().fold(settings, |settings, url| settings.replica(url));
        let orm = settings.replica_recheck(Duration::from_secs(3600)).build()?;
        let started = Instant::now();
        for _ in 0..10 {
            assert_eq!(orm.read(who)?, answers);
        }
        assert!(started.elapsed() < Duration::from_secs(30), "nobody waited for the pool's time-out");
        assert_eq!(refusals.count(), down, "each was asked once");
    }
    Ok(())
}

/// A server that hangs takes whoever asks it in, and says nothing.
#[test]
fn where_nobody_answers_one_read_waits_as_long_as_is_configured() -> Result<()> {
    const LONGEST: Duration = Duration::from_secs(1);
    let pair = Pair::take();
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let silent = format!("postgres://postgres@{}/moored", silent.local_addr().unwrap());
    let settings = pair.orm([&silent]).checkout_timeout(LONGEST);
    let orm = settings.replica_recheck(Duration::from_millis(1)).build()?;
    let timed = || {
        let started = Instant::now();
        assert_eq!(orm.read(who).unwrap(), Answers::Primary);
        started.elapsed()
    };
    assert!(timed() >= LONGEST);
    // It is asked again and again meanwhile, by others than the readers.
    let started = Instant::now();
    let mut longest = Duration::ZERO;
    while started.elapsed() < 2 * LONGEST {
        longest = longest.max(timed());
    }
    assert!(longest < LONGEST, "a read took {longest:?}");
    Ok(())
}

#[test]
fn a_replica_that_goes_away_costs_one_read_and_is_read_from_when_it_is_back() -> Result<()> {
    let pair = Pair::take();
    let door = Door::to(pair.replica());
    let refusals = Refusals::default();
    let settings = pair.orm([&door.url(pair.replica())]).instrument(refusals.counter());
    let orm = settings.replica_recheck(Duration::from_millis(5)).build()?;
    // Three connections are idle in the pool after this.
    orm.read(|first| {
        assert_eq!(who(first)?, Answers::Replica);
        orm.read(|second| {
            assert_eq!(who(second)?, Answers::Replica);
            assert_eq!(orm.read(who)?, Answers::Replica);
            Ok(())
        })
    })?;

    door.shut();
    let lost = orm.read(who).unwrap_err();
    assert_eq!(lost.failure().unwrap().kind, FailureKind::LostConnection, "{lost}");
    assert!(lost.is_retryable());
    let until = |done: &dyn Fn() -> bool| {
        let started = Instant::now();
        while !done() {
            assert!(started.elapsed() < Duration::from_secs(30), "{} refused", refusals.count());
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    until(&|| orm.read(who).unwrap() == Answers::Primary && refusals.count() > 3);
    door.open();
    until(&|| orm.read(who).unwrap() == Answers::Replica);
    Ok(())
}
