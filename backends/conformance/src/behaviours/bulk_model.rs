//! Many random programs of edits, flushes, transactions, set-based statements and upserts, beside a model of what they mean.

use std::collections::BTreeMap;

/// Numbers that look random and are the same every time.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below that.
    pub fn below(&mut self, sides: i32) -> i32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i32::try_from((self.0 >> 33) % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// A row as the model has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub holder: Option<String>,
    pub version: i32,
    /// Tells it from an earlier row of the same key, whose handles are of a row that is removed.
    pub made: usize,
}

/// The table, by number of the seat.
pub type Model = BTreeMap<i32, Held>;

#[doc(hidden)]
#[macro_export]
macro_rules! bulk_model_behaviours {
    ($backend:ty, $harness:ty) => {
        mod bulk_model {
            use $crate::behaviours::{Dice, Held, Model};
            use $crate::prelude::*;

            type B = $backend;
            type H = $harness;

            type Handles<'s> = std::collections::BTreeMap<i32, (usize, Handle<'s, Seat, Managed>)>;

            /// Whatever is in memory is as the model has it, edits included, and what is not there is removed.
            fn compare<'s, A: ?Sized>(
                uow: &UnitOfWork<'s, B, A>,
                handles: &Handles<'s>,
                model: &Model,
                said: &[String],
            ) {
                for (number, (made, handle)) in handles {
                    if let Some(held) = model.get(number).filter(|held| held.made == *made) {
                        let row = uow.get(handle);
                        let expected = (&held.holder, held.version);
                        assert_eq!((&row.holder, row.version), expected, "seat {number} after {said:#?}");
                    }
                }
            }

            fn step<'s, A: moored::FlushAuthority>(
                uow: &mut UnitOfWork<'s, B, A>,
                dice: &mut Dice,
                handles: &mut Handles<'s>,
                model: &mut Model,
                said: &mut Vec<String>,
            ) -> Result<()> {
                let (low, name) = (dice.below(8), dice.below(5).to_string());
                let above = seats::table.filter(seats::number.ge(low));
                match dice.below(6) {
                    0 => {
                        said.push(format!("find {low}"));
                        let found = uow.find::<Seat>(("Globe", low))?;
                        assert_eq!(found.is_some(), model.contains_key(&low), "{said:#?}");
                        if let (Some(handle), Some(held)) = (found, model.get(&low)) {
                            handles.insert(low, (held.made, handle));
                        }
                    }
                    1 => {
                        said.push(format!("edit {low} to {name}, flush"));
                        let Some((made, handle)) = handles.get(&low) else { return Ok(()) };
                        let Some(held) = model.get_mut(&low).filter(|held| held.made == *made) else {
                            assert!(matches!(uow.edit(handle), Err(Error::Removed(_))), "{said:#?}");
                            return Ok(());
                        };
                        uow.edit(handle)?.holder = Some(name.clone());
                        if held.holder != Some(name.clone()) {
                            held.version += 1;
                        }
                        held.holder = Some(name);
                        uow.flush()?;
                    }
                    2 | 3 => {
                        said.push(format!("update from {low} on to {name}"));
                        let touched: Vec<_> = model.range_mut(low..).collect();
                        let count = u64::try_from(touched.len()).unwrap();
                        for (_, held) in touched {
                            held.holder = Some(name.clone());
                            held.version += 1;
                        }
                        let done = uow.update_all::<Seat>(above).set(seats::holder.eq(name)).execute()?;
                        assert_eq!(done, count, "{said:#?}");
                    }
                    4 => {
                        said.push(format!("delete of {low}"));
                        let only = seats::table.filter(seats::number.eq(low));
                        let gone = u64::from(model.remove(&low).is_some());
                        assert_eq!(uow.delete_all::<Seat>(only).execute()?, gone, "{said:#?}");
                    }
                    _ => {
                        let numbers = [low, dice.below(8), dice.below(8)];
                        let keeps = dice.below(3) == 0;
                        said.push(format!("upsert of {numbers:?} to {name}, {keeps}"));
                        let drafts = numbers.map(|number| Seat {
                            venue: "Globe".into(),
                            number,
                            holder: Some(name.clone()),
                            version: 1,
                        });
                        let on = uow.upsert_many(drafts).on_conflict(UniqueSet::KEY);
                        let written = if keeps { on.keep() } else { on.update(Seat::HOLDER) }.execute()?;
                        for (number, handle) in numbers.into_iter().zip(written) {
                            let new = Held { holder: Some(name.clone()), version: 1, made: said.len() };
                            let held = model.entry(number);
                            let held = held.and_modify(|held| {
                                if !keeps {
                                    held.holder = Some(name.clone());
                                    held.version += 1;
                                }
                            });
                            handles.insert(number, (held.or_insert(new).made, handle));
                        }
                    }
                }
                compare(uow, handles, model, said);
                Ok(())
            }

            /// Steps, some of them in a transaction or a scope of their own, half of which fail.
            fn steps<'s>(
                session: &mut Session<'s, B>,
                dice: &mut Dice,
                model: &mut Model,
                said: &mut Vec<String>,
            ) -> Result<()> {
                let mut handles = Handles::new();
                for _ in 0..25 {
                    let fails = dice.below(2) == 0;
                    let what = dice.below(6);
                    if what > 1 {
                        step(session, dice, &mut handles, model, said)?;
                        continue;
                    }
                    said.push(format!("{} {{", if what == 0 { "transaction" } else { "scope" }));
                    let mut inside = model.clone();
                    let outer: Vec<_> = handles
                        .iter()
                        .map(|(number, (made, handle))| (*number, (*made, handle.alias())))
                        .collect();
                    let ended: Result<()> = if what == 0 {
                        session.transaction(|tx| {
                            let mut known: Handles<'_> = outer.into_iter().collect();
                            for _ in 0..4 {
                                step(tx, dice, &mut known, &mut inside, said)?;
                            }
                            if fails { samples::give_up() } else { Ok(()) }
                        })
                    } else {
                        session.scope(|scope| {
                            let mut known: Handles<'_> = outer.into_iter().collect();
                            for _ in 0..4 {
                                step(scope, dice, &mut known, &mut inside, said)?;
                            }
                            if fails { samples::give_up() } else { Ok(()) }
                        })
                    };
                    said.push(format!("}} fails: {fails}"));
                    match ended {
                        Err(Error::NotFound { .. }) if fails => {}
                        ended => ended?,
                    }
                    if what == 1 || !fails {
                        *model = inside;
                    }
                    compare(session, &handles, model, said);
                }
                session.flush()
            }

            #[test]
            fn memory_and_database_are_what_the_model_says_after_every_step() {
                let (orm, log) = <H as Harness<B>>::open();
                let mut model = Model::new();
                for seed in 1..=30 {
                    let mut dice = Dice::new(seed);
                    let mut said = vec![format!("seed {seed}")];
                    // Those of an earlier session have no handles here.
                    model.values_mut().for_each(|held| held.made = 0);
                    orm.session(|session| {
                        let done = steps(session, &mut dice, &mut model, &mut said);
                        assert!(done.is_ok(), "{done:?} after {said:#?}");
                        Ok(())
                    })
                    .unwrap();
                    log.skip();
                    orm.session(|session| {
                        let all = session.query::<Seat>(seats::table.order(seats::number)).all()?;
                        let there: Vec<_> = all
                            .iter()
                            .map(|seat| (session[seat].holder.clone(), session[seat].version))
                            .collect();
                        let expected: Vec<_> =
                            model.values().map(|held| (held.holder.clone(), held.version)).collect();
                        assert_eq!(there, expected, "{said:#?}");
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
    };
}
