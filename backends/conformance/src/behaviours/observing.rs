//! What an `Orm` counts and times is what the database was asked to do.

#[doc(hidden)]
#[macro_export]
macro_rules! observing_behaviours {
    ($backend:ty, $harness:ty) => {
        mod observing {
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            use std::collections::BTreeMap;
            use std::sync::{Arc, Mutex};
            use std::time::Duration;

            use $crate::moored::Retry;
            use $crate::moored::metrics::{Counter, Metrics, Timer};

            #[derive(Default)]
            struct Told {
                counts: Mutex<BTreeMap<Counter, u64>>,
                times: Mutex<BTreeMap<Timer, u64>>,
            }

            impl Metrics for Told {
                fn count(&self, counter: Counter, by: u64) {
                    *self.counts.lock().unwrap().entry(counter).or_default() += by;
                }

                fn time(&self, timer: Timer, _: Duration) {
                    *self.times.lock().unwrap().entry(timer).or_default() += 1;
                }
            }

            impl Told {
                fn forget(&self) {
                    self.counts.lock().unwrap().clear();
                    self.times.lock().unwrap().clear();
                }

                fn of(&self, counter: Counter) -> u64 {
                    self.counts.lock().unwrap().get(&counter).copied().unwrap_or_default()
                }

                fn timed(&self, timer: Timer) -> u64 {
                    self.times.lock().unwrap().get(&timer).copied().unwrap_or_default()
                }
            }

            fn open() -> (Orm<B>, Arc<Told>) {
                let told = Arc::new(Told::default());
                let (orm, _) = <H as Harness<B>>::open_with(|settings| settings.metrics(Arc::clone(&told)));
                (orm, told)
            }

            #[test]
            fn rows_transactions_and_retries_are_counted() {
                let (orm, told) = open();
                samples::execute(&orm, "INSERT INTO accounts (id, balance, version) VALUES (1, 10, 1)");
                told.forget();
                let mut attempts = 0;
                orm.retry(&Retry::default().wait(Duration::ZERO, Duration::ZERO), |session| {
                    attempts += 1;
                    let account = session.find::<Account>(1)?.required()?;
                    session.edit(&account)?.balance += 1;
                    for text in ["one", "two", "three"] {
                        session.persist(NewNote::new(text, 0))?;
                    }
                    if attempts == 1 {
                        samples::execute(&orm, "UPDATE accounts SET version = version + 1");
                    }
                    session.flush()
                })
                .unwrap();
                orm.session(|session| {
                    let notes = session.query::<Note>(notes::table).all()?;
                    for note in notes {
                        session.remove(note)?;
                    }
                    let undone: Result<()> = session.transaction(|_| samples::give_up());
                    assert!(undone.is_err());
                    session.flush()
                })
                .unwrap();
                use Counter::*;
                let counted = [Sessions, Retries, Flushes, RowsInserted, RowsUpdated, RowsDeleted, Rollbacks]
                    .map(|counter| told.of(counter));
                // The first attempt of the unit was stale, which undid it, and so was the transaction that gave up.
                assert_eq!(counted, [3, 1, 3, 3, 1, 3, 2]);
                assert_eq!(told.timed(Timer::Flush), 3);
            }

            /// Whatever way a statement goes, it ends as often as it begins: batches, rows that are loaded, and failures.
            #[test]
            fn every_statement_that_is_counted_is_timed() {
                let (orm, told) = open();
                let arya = samples::author_with_email(&orm, "Arya", Some("arya@wall.example"));
                samples::book(&orm, "Needle", arya);
                orm.session(|session| {
                    session.query::<Author>(authors::table).all()?;
                    session.find::<Book>(1)?;
                    session.select(Author::NAME.eq("Jon")).all()?;
                    session.persist(NewAuthor::new("Twin").email("arya@wall.example"))?;
                    assert!(session.flush().is_err());
                    session.discard();
                    session.update_all::<Author>(authors::table).set(authors::name.eq("No One")).execute()?;
                    diesel::delete(books::table).execute(session.connection()?)?;
                    let refused = session.connection()?.batch_execute("SELECT FROM nowhere WHERE");
                    assert!(refused.is_err());
                    Ok(())
                })
                .unwrap();
                let sent = told.of(Counter::Statements);
                assert!(sent >= 8, "{sent}");
                assert_eq!(told.timed(Timer::Statement), sent);
            }
        }
    };
}
