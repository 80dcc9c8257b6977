//! What a worker promises, on every database.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::sleep;
use std::time::Duration;

use diesel_migrations::MigrationHarness;
use jobs::account::{self, Account};
use jobs::failure::Failure;
use jobs::job::{Job, enqueue, now};
use jobs::mail::{Mail, NewMail, welcome};
use jobs::state::State;
use jobs::stop::Stop;
use jobs::worker::{Patience, Task, Worker};
use jobs::{MYSQL, POSTGRES, SQLITE, migrate};
use moored::prelude::*;
use moored_server_tests::{Flavour, Place};

moored_server_tests::on_every_database!(
    several_workers_run_every_job_once,
    what_a_job_did_is_committed_with_its_state,
    a_job_that_fails_is_undone_and_waits_longer_each_time,
    a_job_that_panics_is_undone_and_the_worker_goes_on,
    what_may_not_happen_again_is_no_attempt,
    what_happens_again_and_again_is_one,
    a_job_that_another_worker_has_is_left_to_it,
    a_worker_that_is_told_to_stop_ends_its_job_and_takes_no_other,
    a_job_that_nothing_handles_fails,
    a_long_job_goes_on_where_its_last_transaction_came_to,
);

const THREADS: usize = 4;

fn open<B: Backend>(place: &Place<B>) -> Orm<B>
where
    B::Connection: MigrationHarness<B::Diesel>,
{
    let orm = Orm::<B>::builder(place.url()).pool_size(8).build().unwrap();
    let migrations = match place.flavour() {
        Flavour::Sqlite => SQLITE,
        Flavour::Postgres => POSTGRES,
        _ => MYSQL,
    };
    migrate(&orm, migrations).unwrap();
    orm
}

/// One that is not kept waiting by what failed, and has enough after three failures.
fn patience() -> Patience {
    Patience { attempts: 3, first: Duration::ZERO, longest: Duration::ZERO }
}

fn add<B: Backend>(orm: &Orm<B>, kind: &str, payload: &str) -> Key<Job>
where
    Job: Entity<B>,
{
    orm.session(|session| {
        let job = enqueue(session, kind, payload)?;
        session.flush()?;
        let job = session.promote(&job)?;
        Ok(session.key(&job))
    })
    .unwrap()
}

fn job<B: Backend>(orm: &Orm<B>, key: Key<Job>) -> Job
where
    Job: Entity<B>,
{
    orm.read(|session| {
        let job = session.find::<Job>(key)?.required()?;
        Ok(session[&job].clone())
    })
    .unwrap()
}

fn mails<B: Backend>(orm: &Orm<B>) -> Vec<Mail>
where
    Mail: Entity<B>,
{
    orm.read(|session| {
        let mails = session.select(Select::<Mail>::all().order(Mail::ID.asc())).all()?;
        Ok(mails.iter().map(|mail| session[mail].clone()).collect())
    })
    .unwrap()
}

fn several_workers_run_every_job_once<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    const JOBS: usize = 200;
    let orm = open(&place);
    orm.session(|session| {
        for number in 0..JOBS {
            enqueue(session, "welcome", format!("{number}@example.org"))?;
        }
        session.flush()
    })
    .unwrap();
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let worker = Worker::new(orm.clone(), patience()).handle("welcome", move |tx, task| {
        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        sleep(Duration::from_millis(2));
        let progress = welcome(tx, task);
        running.fetch_sub(1, Ordering::SeqCst);
        progress
    });
    let stop = Stop::new();
    std::thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| worker.run(&stop));
        }
        for _ in 0..6_000 {
            let left = orm.read(|session| session.select(Job::STATE.eq(State::Waiting)).count()).unwrap();
            if left == 0 {
                break;
            }
            sleep(Duration::from_millis(10));
        }
        stop.stop();
    });
    let done = orm.read(|session| session.select(Job::STATE.eq(State::Done)).count()).unwrap();
    assert_eq!(done, JOBS as u64);
    let mut times = BTreeMap::<i32, usize>::new();
    for mail in mails(&orm) {
        *times.entry(*mail.job_id.value()).or_default() += 1;
    }
    assert_eq!(times.len(), JOBS);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    // Where one transaction has the whole database, one job runs at a time.
    let together = seen.load(Ordering::SeqCst);
    assert_eq!(together > 1, place.flavour() != Flavour::Sqlite, "{together} at the same time");
}

fn what_a_job_did_is_committed_with_its_state<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    let orm = open(&place);
    let key = add(&orm, "welcome", "ada@example.org");
    let worker = Worker::new(orm.clone(), patience()).handle("welcome", |tx, task| welcome(tx, task));
    assert!(worker.work().unwrap());
    assert!(!worker.work().unwrap());
    let job = job(&orm, key);
    assert_eq!((job.state, job.attempts, job.last_error), (State::Done, 0, None));
    let mails = mails(&orm);
    assert_eq!(
        mails.iter().map(|mail| (mail.job_id, &*mail.address)).collect::<Vec<_>>(),
        [(key, "ada@example.org")]
    );
}

fn a_job_that_fails_is_undone_and_waits_longer_each_time<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    let orm = open(&place);
    let key = add(&orm, "welcome", "nowhere");
    let day = 24 * 3_600;
    let patience =
        Patience { attempts: 3, first: Duration::from_secs(day), longest: Duration::from_secs(3 * day / 2) };
    let worker = Worker::new(orm.clone(), patience).handle("welcome", |tx, task| welcome(tx, task));
    for (attempt, days) in [(1, 1.0), (2, 1.5)] {
        assert!(worker.work().unwrap());
        assert!(!worker.work().unwrap(), "it waits");
        let failed = job(&orm, key);
        assert_eq!((failed.state, failed.attempts), (State::Waiting, attempt));
        assert_eq!(failed.last_error.as_deref(), Some("\"nowhere\" is no address"));
        let waits = (failed.run_at - now()).num_seconds() as f64 / day as f64;
        assert!((waits - days).abs() < 0.01, "{waits} days");
        orm.session(|session| {
            let job = session.find::<Job>(key)?.required()?;
            session.edit(&job)?.run_at = now();
            session.flush()
        })
        .unwrap();
    }
    assert!(worker.work().unwrap());
    let dead = job(&orm, key);
    assert_eq!((dead.state, dead.attempts), (State::Dead, 3));
    assert!(!worker.work().unwrap());
    assert!(mails(&orm).is_empty());
}

fn a_job_that_panics_is_undone_and_the_worker_goes_on<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    let orm = open(&place);
    let (broken, good) = (add(&orm, "broken", ""), add(&orm, "welcome", "ada@example.org"));
    let worker = Worker::new(orm.clone(), Patience { attempts: 1, ..patience() })
        .handle("welcome", |tx, task| welcome(tx, task))
        .handle("broken", |tx, task| {
            tx.persist(NewMail::new(task.key, "somebody"))?;
            tx.flush()?;
            panic!("in {}", task.kind)
        });
    assert!(worker.work().unwrap() && worker.work().unwrap());
    let dead = job(&orm, broken);
    assert_eq!((dead.state, dead.last_error.as_deref()), (State::Dead, Some("panicked: in broken")));
    assert_eq!(job(&orm, good).state, State::Done);
    assert_eq!(mails(&orm).len(), 1);
}

/// An error as a deadlock is one.
fn passing() -> Failure {
    Failure::Moored(moored::Error::Database {
        failure: Box::new(moored::backend::Failure::new(moored::backend::FailureKind::Deadlock)),
        source: diesel::result::Error::RollbackTransaction,
    })
}

fn what_may_not_happen_again_is_no_attempt<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    let orm = open(&place);
    let key = add(&orm, "welcome", "ada@example.org");
    let calls = AtomicI32::new(0);
    let worker = Worker::new(orm.clone(), patience()).handle("welcome", move |tx, task| {
        assert_eq!(task.attempts, 0);
        let progress = welcome(tx, task)?;
        tx.flush()?;
        if calls.fetch_add(1, Ordering::SeqCst) < 2 { Err(passing()) } else { Ok(progress) }
    });
    assert!(worker.work().unwrap());
    assert_eq!((job(&orm, key).state, mails(&orm).len()), (State::Done, 1));
}

fn what_happens_again_and_again_is_one<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    let orm = open(&place);
    let key = add(&orm, "welcome", "ada@example.org");
    let worker = Worker::new(orm.clone(), patience()).handle("welcome", |tx, task| {
        welcome(tx, task)?;
        Err(passing())
    });
    assert!(worker.work().unwrap());
    let failed = job(&orm, key);
    assert_eq!((failed.state, failed.attempts), (State::Waiting, 1));
    assert!(failed.last_error.is_some() && mails(&orm).is_empty());
}

fn a_job_that_another_worker_has_is_left_to_it<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    // Whoever works has the whole database there, and is waited for.
    let waits = place.flavour() == Flavour::Sqlite;
    let orm = open(&place);
    let (first, second) = (add(&orm, "welcome", "a@example.org"), add(&orm, "welcome", "b@example.org"));
    let ((began, has_begun), (end, ends), (did, has_done)) =
        (mpsc::channel(), mpsc::channel(), mpsc::channel());
    let ends = Mutex::new(ends);
    let worker = Worker::new(orm.clone(), patience()).handle("welcome", move |tx, task| {
        if task.key == first {
            began.send(()).unwrap();
            ends.lock().unwrap().recv().unwrap();
        }
        welcome(tx, task)
    });
    std::thread::scope(|threads| {
        threads.spawn(|| assert!(worker.work().unwrap()));
        has_begun.recv().unwrap();
        threads.spawn(|| did.send((worker.work(), worker.work())).unwrap());
        let other = has_done.recv_timeout(Duration::from_millis(if waits { 100 } else { 10_000 }));
        end.send(()).unwrap();
        // Where an index is missing the first query has locked both, and there is nothing for the other worker.
        match other {
            Ok((Ok(true), Ok(false))) if !waits => {}
            Err(_) if waits => {}
            other => panic!("{other:?}"),
        }
    });
    assert_eq!((job(&orm, first).state, job(&orm, second).state), (State::Done, State::Done));
}

fn a_worker_that_is_told_to_stop_ends_its_job_and_takes_no_other<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Mail: Entity<B>,
{
    let orm = open(&place);
    let (first, second) = (add(&orm, "welcome", "a@example.org"), add(&orm, "welcome", "b@example.org"));
    let ((began, has_begun), (end, ends)) = (mpsc::channel(), mpsc::channel());
    let ends = Mutex::new(ends);
    let worker = Worker::new(orm.clone(), patience()).handle("welcome", move |tx, task: &Task| {
        began.send(()).unwrap();
        ends.lock().unwrap().recv().unwrap();
        welcome(tx, task)
    });
    let stop = Stop::new();
    std::thread::scope(|threads| {
        threads.spawn(|| worker.run(&stop));
        has_begun.recv().unwrap();
        stop.stop();
        end.send(()).unwrap();
        drop(end); // A second job fails here, where it would wait.
    });
    let (first, second) = (job(&orm, first), job(&orm, second));
    assert_eq!((first.state, second.state, second.attempts), (State::Done, State::Waiting, 0));
    assert_eq!(mails(&orm).len(), 1);
}

fn a_job_that_nothing_handles_fails<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
{
    let orm = open(&place);
    let key = add(&orm, "unheard-of", "");
    assert!(Worker::new(orm.clone(), patience()).work().unwrap());
    let failed = job(&orm, key);
    assert_eq!(failed.last_error.as_deref(), Some("nothing handles \"unheard-of\""));
    assert_eq!((failed.state, failed.attempts), (State::Waiting, 1));
}

fn a_long_job_goes_on_where_its_last_transaction_came_to<B: Backend>(place: Place<B>)
where
    B::Connection: MigrationHarness<B::Diesel>,
    Job: Entity<B>,
    Account: Entity<B>,
{
    const ACCOUNTS: usize = 21_500;
    let orm = open(&place);
    orm.session(|session| account::open(session, ACCOUNTS)).unwrap();
    let key = add(&orm, "interest", "0");
    let calls = AtomicI32::new(0);
    let worker = Worker::new(orm.clone(), patience()).handle("interest", move |tx, task| {
        let progress = account::interest(tx, task)?;
        // Its second transaction fails once, after it did all that was left.
        if calls.fetch_add(1, Ordering::SeqCst) == 1 {
            return Err(Failure::Refused("not now".into()));
        }
        Ok(progress)
    });
    assert!(worker.work().unwrap());
    let with_interest = || orm.read(|session| session.select(Account::CENTS.eq(10_100)).count()).unwrap();
    let went_on = job(&orm, key);
    assert_eq!((went_on.state, with_interest()), (State::Waiting, 20_000));
    assert_ne!(went_on.payload, "0");
    assert!(worker.work().unwrap());
    let failed = job(&orm, key);
    assert_eq!((failed.state, failed.attempts, with_interest()), (State::Waiting, 1, 20_000));
    assert_eq!(failed.payload, went_on.payload);
    assert!(worker.work().unwrap());
    assert_eq!((job(&orm, key).state, with_interest()), (State::Done, ACCOUNTS as u64));
}
