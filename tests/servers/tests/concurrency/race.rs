//! Threads that move money between accounts, and the books that have to be right afterwards.

use std::thread;
use std::time::{Duration, Instant};

use moored::prelude::*;
use moored::{Lock, Result, Retry};
use moored_server_tests::{Flavour, Place};

use crate::bank::{Account, Computes, NewPayment, NewTransfer, Payment, Purse, Transfer, tables};
use crate::counts::Counts;
use crate::level::{Level, levels, transaction};

const ACCOUNTS: i32 = 8;
const BALANCE: i64 = 1_000;
/// How often money is moved in one race.
const MOVES: usize = 96;
const THREADS: [usize; 3] = [2, 6, 16];
const MOST_THREADS: u32 = 16;

/// What keeps updates from being lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// The version of each row.
    Versions,
    /// The database computes the new balance.
    Computed,
    /// Each row is locked before it is read, the one with the smaller key first.
    LockedInOrder,
    /// Each row is locked before it is read, the source first.
    LockedInAnyOrder,
    /// The same, and a lock that another one has is not waited for.
    LockedWithoutWaiting,
}

/// One movement of money.
#[derive(Clone, Copy, Debug)]
struct Move {
    source: i32,
    target: i32,
    amount: i64,
}

pub(crate) struct Bank<B: Backend> {
    orm: Orm<B>,
    flavour: Flavour,
}

impl<B: Computes> Bank<B>
where
    Account: Entity<B>,
    Payment: Entity<B>,
    Purse: Entity<B>,
    Transfer: Entity<B>,
{
    pub(crate) fn open(place: &Place<B>) -> Self {
        let flavour = place.flavour();
        drop(place.open(&tables(flavour, ACCOUNTS, BALANCE)));
        let orm = Orm::builder(place.url()).pool_size(MOST_THREADS).build().unwrap();
        Self { orm, flavour }
    }

    /// Races of few and of many threads on every level, one after the other: what became of all attempts.
    pub(crate) fn races(&self, strategy: Strategy) -> Counts {
        let (all, mut moved) = (Counts::default(), 0);
        for &level in levels(self.flavour) {
            for threads in THREADS {
                let (counts, begun) = (Counts::default(), Instant::now());
                self.race(strategy, level, threads, &counts);
                moved += MOVES;
                assert_eq!(counts.attempts() - counts.lost(), MOVES, "{counts}");
                let took = begun.elapsed();
                println!(
                    "{:?} {strategy:?} {level:?}, {threads:2} threads: {counts} {took:.1?}",
                    self.flavour
                );
                self.audit(strategy, moved);
                all.add(&counts);
            }
        }
        all
    }

    fn race(&self, strategy: Strategy, level: Level, threads: usize, counts: &Counts) {
        thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || {
                    let mut random = Random(1 + thread as u64);
                    for _ in 0..MOVES / threads {
                        let next = random.next_move();
                        self.persevere(|session| {
                            let moved = self.make(session, strategy, level, next);
                            counts.note(&moved);
                            moved
                        });
                    }
                });
            }
        });
    }

    /// Tries until it is done.
    fn persevere(&self, work: impl for<'s> FnMut(&mut Session<'s, B>) -> Result<()>) {
        let policy =
            Retry::default().attempts(1_000).wait(Duration::from_millis(1), Duration::from_millis(40));
        self.orm.retry(&policy, work).unwrap();
    }

    /// Moves money once, or fails as a whole.
    fn make(
        &self,
        session: &mut Session<'_, B>,
        strategy: Strategy,
        level: Level,
        wanted: Move,
    ) -> Result<()> {
        let Move { source, target, amount } = wanted;
        let level = (self.flavour, level);
        let book = |tx: &mut Transaction<'_, '_, B>| {
            tx.persist(NewTransfer::new(Key::<Purse>::new(source), Key::<Purse>::new(target), amount))
                .map(drop)
        };
        match strategy {
            Strategy::Versions => {
                // Read before the transaction, as a form or another program would have.
                let from = session.find::<Account>(source)?.required()?;
                let to = session.find::<Account>(target)?.required()?;
                transaction(session, level, |tx| {
                    // In the order in which they came.
                    tx.edit(&from)?.balance -= amount;
                    tx.edit(&to)?.balance += amount;
                    tx.persist(NewPayment::new(&from, &to, amount)).map(drop)
                })
            }
            Strategy::Computed => {
                let from = session.find::<Purse>(source)?.required()?;
                let to = session.find::<Purse>(target)?.required()?;
                transaction(session, level, |tx| {
                    B::add(tx, &from, -amount)?;
                    B::add(tx, &to, amount)?;
                    book(tx)
                })
            }
            Strategy::LockedInOrder | Strategy::LockedInAnyOrder | Strategy::LockedWithoutWaiting => {
                // What is in memory is old by the time of the lock.
                session.find::<Purse>(source)?.required()?;
                transaction(session, level, |tx| {
                    let mut keys = [source, target];
                    if strategy == Strategy::LockedInOrder {
                        keys.sort_unstable();
                    }
                    let lock = match strategy {
                        Strategy::LockedWithoutWaiting => Lock::UPDATE.no_wait(),
                        _ => Lock::UPDATE,
                    };
                    for key in keys {
                        tx.find_locked::<Purse>(key, lock)?.required()?;
                    }
                    let from = tx.find::<Purse>(source)?.required()?;
                    tx.edit(&from)?.balance -= amount;
                    let to = tx.find::<Purse>(target)?.required()?;
                    tx.edit(&to)?.balance += amount;
                    book(tx)
                })
            }
        }
    }

    /// Every balance is what was booked, every row has been written as often as it was booked, and nothing was booked twice.
    fn audit(&self, strategy: Strategy, moves: usize) {
        let mut books = Books::default();
        let read = self.orm.read(|session| {
            if strategy == Strategy::Versions {
                session.select(Select::<Payment>::all()).stream(
                    |Payment { source, target, amount, .. }| {
                        books.enter(*source.value(), *target.value(), amount);
                        Ok(())
                    },
                )?;
                session.select(Select::<Account>::all()).stream(|account| {
                    let writes = usize::try_from(account.version - 1).unwrap();
                    books.close(account.id, account.balance, Some(writes));
                    Ok(())
                })
            } else {
                session.select(Select::<Transfer>::all()).stream(
                    |Transfer { source, target, amount, .. }| {
                        books.enter(*source.value(), *target.value(), amount);
                        Ok(())
                    },
                )?;
                session.select(Select::<Purse>::all()).stream(|purse| {
                    books.close(purse.id, purse.balance, None);
                    Ok(())
                })
            }
        });
        read.unwrap();
        assert_eq!((books.entered, books.closed), (moves, ACCOUNTS as usize));
        assert_eq!(books.total, BALANCE * i64::from(ACCOUNTS));
    }
}

/// What each row should have, by what was booked.
#[derive(Default)]
struct Books {
    /// How much came to each row, or left it, and how often.
    moved: [(i64, usize); ACCOUNTS as usize],
    entered: usize,
    closed: usize,
    total: i64,
}

impl Books {
    fn enter(&mut self, source: i32, target: i32, amount: i64) {
        self.entered += 1;
        for (id, amount) in [(source, -amount), (target, amount)] {
            let (moved, times) = &mut self.moved[place(id)];
            *moved += amount;
            *times += 1;
        }
    }

    fn close(&mut self, id: i32, balance: i64, writes: Option<usize>) {
        let (moved, times) = self.moved[place(id)];
        assert_eq!(balance, BALANCE + moved, "an update of the row {id} was lost");
        assert_eq!(writes.unwrap_or(times), times, "the row {id} was written without being booked");
        self.closed += 1;
        self.total += balance;
    }
}

fn place(id: i32) -> usize {
    usize::try_from(id - 1).unwrap()
}

/// Marsaglia's xorshift: the same moves in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % end
    }

    /// Between two accounts that are not the same.
    fn next_move(&mut self) -> Move {
        let accounts = u64::try_from(ACCOUNTS).unwrap();
        let source = self.below(accounts);
        let target = (source + 1 + self.below(accounts - 1)) % accounts;
        let key = |place: u64| i32::try_from(place + 1).unwrap();
        let amount = i64::try_from(1 + self.below(50)).unwrap();
        Move { source: key(source), target: key(target), amount }
    }
}
