//! Units of work that async code runs, on every database: nothing is left of one that its caller gave up, its connection is as
//! good as before, and more callers than connections wait in turn.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored::{Error, OrmBuilder, Result, Retry, RunLimits, StatementLog};
use moored_server_tests::Place;
use tokio::runtime::{Builder, Runtime};

diesel::table! {
    accounts (id) {
        id -> Integer,
        balance -> Integer,
        version -> Integer,
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = accounts)]
struct Account {
    #[entity(key)]
    id: i32,
    balance: i32,
    #[entity(version)]
    version: i32,
}

moored_server_tests::on_every_database!(
    what_runs_out_of_time_is_rolled_back,
    what_nobody_waits_for_is_rolled_back,
    a_savepoint_is_not_released_either,
    what_waits_for_a_lock_is_given_up_at_once,
    two_hundred_callers_share_two_connections,
    whoever_is_told_that_nothing_stands_finds_nothing,
);

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// A bank with one account, of which what reaches the database is logged and connections are counted.
struct Bank<B: Backend> {
    orm: Orm<B>,
    log: StatementLog,
    connections: Arc<AtomicUsize>,
}

impl<B: Backend> Bank<B>
where
    Account: Entity<B>,
{
    fn open(place: &Place<B>, settings: impl FnOnce(OrmBuilder<B>) -> OrmBuilder<B>) -> Self {
        let (log, connections) = (StatementLog::new(), Arc::new(AtomicUsize::new(0)));
        let (sink, made) = (log.clone(), Arc::clone(&connections));
        let instrument = move || {
            made.fetch_add(1, Ordering::SeqCst);
            sink.clone()
        };
        let builder = Orm::<B>::builder(place.url()).checkout_timeout(LONG).instrument(instrument);
        let orm = settings(builder).build().unwrap();
        let tables = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, version INTEGER NOT NULL);
             INSERT INTO accounts VALUES (1, 100, 1)";
        orm.with_connection(|connection| Ok(connection.batch_execute(tables)?)).unwrap();
        log.take();
        connections.store(0, Ordering::SeqCst);
        Self { orm, log, connections }
    }

    /// What is in the account, once the connection is back.
    fn balance(&self) -> i32 {
        let balance = |session: &mut ReadSession<'_, B>| {
            let account = session.find::<Account>(1)?.required()?;
            Ok(session[&account].balance)
        };
        self.orm.read(balance).unwrap()
    }

    /// The one connection that there is was given back outside of a transaction, and goes on.
    fn is_as_before(&self) {
        assert_eq!(self.balance(), 100);
        let statements = self.log.take().join("; ");
        assert!(statements.contains("ROLLBACK") && !statements.contains("COMMIT"), "{statements}");
        runtime().block_on(self.orm.run(|session| session.transaction(|tx| pay(tx, 1)))).unwrap();
        assert_eq!((self.balance(), self.connections.load(Ordering::SeqCst)), (101, 0));
    }
}

fn pay<B: Backend>(uow: &mut UnitOfWork<'_, B>, amount: i32) -> Result<()>
where
    Account: Entity<B>,
{
    let account = uow.find::<Account>(1)?.required()?;
    uow.edit(&account)?.balance += amount;
    Ok(())
}

fn one_connection<B: Backend>(builder: OrmBuilder<B>) -> OrmBuilder<B> {
    builder.pool_size(1).run_at_once(8)
}

/// The closure takes no notice of what it is told.
fn what_runs_out_of_time_is_rolled_back<B: Backend>(place: Place<B>)
where
    Account: Entity<B>,
{
    let bank = Bank::open(&place, one_connection);
    let hurried = bank.orm.with_run_limits(RunLimits::new().timeout(SHORT));
    let late = runtime().block_on(hurried.run(|session| {
        session.transaction(|tx| {
            pay(tx, 10)?;
            tx.flush()?;
            sleep(SHORT * 2);
            pay(tx, 10)
        })
    }));
    assert!(matches!(late, Err(Error::TimedOut { may_stand: false })), "{late:?}");
    bank.is_as_before();
}

fn what_nobody_waits_for_is_rolled_back<B: Backend>(place: Place<B>)
where
    Account: Entity<B>,
{
    let bank = Bank::open(&place, one_connection);
    let (send, seen) = mpsc::channel();
    let runtime = runtime();
    runtime.block_on(async {
        let left = bank.orm.run(move |session| {
            let done = session.transaction(|tx| {
                pay(tx, 10)?;
                tx.flush()?;
                sleep(SHORT * 2);
                Ok(())
            });
            send.send(done.unwrap_err()).unwrap();
            Ok(())
        });
        assert!(tokio::time::timeout(SHORT, left).await.is_err());
    });
    assert!(matches!(seen.recv_timeout(LONG), Ok(Error::Cancelled { may_stand: false })));
    bank.is_as_before();
}

/// The closure takes no notice of what becomes of its savepoint.
fn a_savepoint_is_not_released_either<B: Backend>(place: Place<B>)
where
    Account: Entity<B>,
{
    let bank = Bank::open(&place, one_connection);
    let hurried = bank.orm.with_run_limits(RunLimits::new().timeout(SHORT));
    let (send, seen) = mpsc::channel();
    let late = runtime().block_on(hurried.run(move |session| {
        session.transaction(|tx| {
            let done = tx.transaction(|savepoint| {
                pay(savepoint, 10)?;
                savepoint.flush()?;
                sleep(SHORT * 2);
                Ok(())
            });
            send.send(done.unwrap_err()).unwrap();
            Ok(())
        })
    }));
    assert!(matches!(late, Err(Error::TimedOut { may_stand: false })), "{late:?}");
    assert!(matches!(seen.recv_timeout(LONG), Ok(Error::TimedOut { may_stand: false })));
    bank.is_as_before();
}

/// The caller does not wait for the lock; the statement gets it, and what it wrote is undone.
fn what_waits_for_a_lock_is_given_up_at_once<B: Backend>(place: Place<B>)
where
    Account: Entity<B>,
{
    let bank = Bank::open(&place, |builder| builder.pool_size(2));
    let hurried = bank.orm.with_run_limits(RunLimits::new().timeout(SHORT));
    let runtime = runtime();
    let (begin, begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let lock = bank.orm.run(move |session| {
        session.transaction(|tx| {
            pay(tx, 1)?;
            tx.flush()?;
            begin.send(()).unwrap();
            ended.recv_timeout(LONG).unwrap();
            Ok(())
        })
    });
    let lock = runtime.spawn(lock);
    begun.recv_timeout(LONG).unwrap();
    let asked = Instant::now();
    let late = runtime.block_on(hurried.run(|session| session.transaction(|tx| pay(tx, 10))));
    assert!(matches!(late, Err(Error::TimedOut { may_stand: false })), "{late:?}");
    assert!(asked.elapsed() < SHORT * 10, "it was waited for");
    end.send(()).unwrap();
    runtime.block_on(lock).unwrap().unwrap();
    // Both places are free again, and both connections.
    let both = runtime.block_on(async { tokio::join!(bank.orm.run(meets()), bank.orm.run(meets())) });
    assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
    assert_eq!(bank.balance(), 101);
}

fn meets<B: Backend>() -> impl for<'s> FnOnce(&mut Session<'s, B>) -> Result<()> + Send + 'static
where
    Account: Entity<B>,
{
    |session| {
        session.find::<Account>(1)?.required()?;
        sleep(SHORT);
        Ok(())
    }
}

fn two_hundred_callers_share_two_connections<B: Backend>(place: Place<B>)
where
    Account: Entity<B>,
{
    let bank = Bank::open(&place, |builder| builder.pool_size(2));
    let policy = Retry::default().attempts(1000).wait(Duration::from_millis(1), Duration::from_millis(20));
    let seen = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let runtime = runtime();
    let callers: Vec<_> = (0..200)
        .map(|_| {
            let seen = Arc::clone(&seen);
            runtime.spawn(bank.orm.run_blocking(move |orm| {
                let (now, most) = &*seen;
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let paid = orm.retry(&policy, |session| session.transaction(|tx| pay(tx, 1)));
                now.fetch_sub(1, Ordering::SeqCst);
                paid
            }))
        })
        .collect();
    for caller in callers {
        runtime.block_on(caller).unwrap().unwrap();
    }
    assert_eq!((bank.balance(), seen.1.load(Ordering::SeqCst)), (300, 2));
    assert!(bank.connections.load(Ordering::SeqCst) <= 2);
}

/// However a time-out and a COMMIT meet.
fn whoever_is_told_that_nothing_stands_finds_nothing<B: Backend>(place: Place<B>)
where
    Account: Entity<B>,
{
    let bank = Bank::open(&place, one_connection);
    let runtime = runtime();
    let (mut paid, mut late) = (0, 0);
    for round in 0..150_u64 {
        let limits = RunLimits::new().timeout(Duration::from_millis(1 + round % 8)).commit_wait(LONG);
        let before = bank.balance();
        let done = runtime.block_on(bank.orm.with_run_limits(limits).run(move |session| {
            session.transaction(|tx| {
                // So that the end of the time meets every statement.
                sleep(Duration::from_micros(round * 61 % 4000));
                pay(tx, 1)
            })
        }));
        let stands = bank.balance() - before;
        match done {
            Ok(()) => paid += stands,
            Err(Error::TimedOut { may_stand: false } | Error::Busy) => late += 1 - stands,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(paid > 0 && late > 0, "{paid} paid, {late} late");
    assert_eq!((paid + late, bank.balance()), (150, 100 + paid));
}
