//! The workloads, and the ways to do each: Moored's, and those by hand.

use moored::prelude::*;

use crate::by_hand::ByHand;
use crate::meter::Meter;
use crate::schema::{ROWS, SOME, User, UserRow, change};

/// One thing to do.
pub(crate) struct Workload<B: Backend> {
    pub(crate) name: &'static str,
    /// How many rows or calls the timed part is about.
    pub(crate) units: usize,
    /// Whether the table has its rows at the beginning.
    pub(crate) filled: bool,
    /// How many times faster than the fastest of the other ways Moored must be.
    pub(crate) at_least: Option<f64>,
    /// How many round trips Moored may take, preparing its statements included.
    pub(crate) trips: Option<u64>,
    /// The way of the others whose round trips are printed.
    pub(crate) usual: usize,
    /// Moored's is the first.
    pub(crate) ways: Vec<Way<B>>,
}

/// One way of doing it.
pub(crate) struct Way<B: Backend> {
    pub(crate) name: String,
    pub(crate) run: Run<B>,
}

type Run<B> = Box<dyn Fn(&Orm<B>, &Meter<'_>) -> moored::Result<()>>;

fn way<B: Backend>(
    name: impl Into<String>,
    run: impl Fn(&Orm<B>, &Meter<'_>) -> moored::Result<()> + 'static,
) -> Way<B> {
    Way { name: name.into(), run: Box::new(run) }
}

/// How many times faster Moored has to be.
#[derive(Clone, Copy)]
pub(crate) struct Targets {
    pub(crate) insert: f64,
    pub(crate) update: f64,
}

/// All there is to do.
pub(crate) fn workloads<B: ByHand>(targets: Targets) -> Vec<Workload<B>>
where
    User: Entity<B>,
{
    let simple = |name, units, moored, by_hand| Workload {
        name,
        units,
        filled: true,
        at_least: None,
        trips: None,
        usual: 1,
        ways: vec![moored, by_hand],
    };
    let update = |name, count, at_least, trips| Workload {
        at_least,
        trips,
        ..simple(
            name,
            count,
            way("Moored: edit, flush", move |orm, meter| update(orm, meter, count)),
            way("Diesel: diesel::update a row, one transaction", move |orm, meter| {
                update_by_hand(orm, meter, count)
            }),
        )
    };
    // 10,922 rows of six values are what the limit of 65,535 values leaves.
    let mut inserts = vec![way("Moored: persist, flush, promote", insert)];
    inserts.extend([100, 500, 1_000, 2_000, 10_000].map(|chunk| {
        way(format!("Diesel: values(chunk) of {chunk}, one transaction"), move |orm, meter| {
            insert_by_hand(orm, meter, chunk)
        })
    }));
    vec![
        Workload {
            name: "insert 10,000 rows, keys back",
            units: ROWS,
            filled: false,
            at_least: Some(targets.insert),
            trips: None,
            usual: 3,
            ways: inserts,
        },
        update("update 10,000 rows, two columns and the version", ROWS, Some(targets.update), None),
        update("update 1,000 rows, two columns and the version", SOME, None, Some(9)),
        simple(
            "delete 1,000 of 10,000 rows",
            SOME,
            way("Moored: remove, flush; versions checked", delete),
            way("Diesel: eq_any of all keys, unchecked", delete_by_hand),
        ),
        simple(
            "load 10,000 rows",
            ROWS,
            way("Moored: select(..).all()", load),
            way("Diesel: users::table.load()", load_by_hand),
        ),
        simple(
            "find 1,000 rows by key, one after another",
            SOME,
            way("Moored: find", find),
            way("Diesel: find(..).get_result()", find_by_hand),
        ),
    ]
}

fn insert<B: Backend>(orm: &Orm<B>, meter: &Meter<'_>) -> moored::Result<()>
where
    User: Entity<B>,
{
    orm.session(|session| {
        let drafts: Vec<_> = UserRow::all().into_iter().map(UserRow::draft).collect();
        let promoted = meter.time(|| {
            let new: Vec<_> =
                drafts.into_iter().map(|draft| session.persist(draft)).collect::<moored::Result<_>>()?;
            session.flush()?;
            session.promote(&new)
        })?;
        let keys: Vec<i32> = promoted.iter().map(|user| session[user].id).collect();
        meter.keep(&keys);
        Ok(())
    })
}

fn insert_by_hand<B: ByHand>(orm: &Orm<B>, meter: &Meter<'_>, chunk: usize) -> moored::Result<()> {
    let rows = UserRow::all();
    orm.with_connection(|connection| {
        let keys = meter.time(|| B::insert(connection, &rows, chunk))?;
        meter.keep(&keys);
        Ok(())
    })
}

/// Spread over the table: what is next to each other on a page is not changed together.
fn part<T>(all: impl IntoIterator<Item = T>, count: usize) -> Vec<T> {
    all.into_iter().step_by(ROWS / count).collect()
}

fn update<B: Backend>(orm: &Orm<B>, meter: &Meter<'_>, count: usize) -> moored::Result<()>
where
    User: Entity<B>,
{
    orm.session(|session| {
        let users = part(session.select(Select::<User>::all()).all()?, count);
        meter.time(|| {
            users.iter().try_for_each(|user| session.edit(user).map(change))?;
            session.flush()
        })
    })
}

fn update_by_hand<B: ByHand>(orm: &Orm<B>, meter: &Meter<'_>, count: usize) -> moored::Result<()> {
    orm.with_connection(|connection| {
        let mut users = part(B::load(connection)?, count);
        Ok(meter.time(|| B::update(connection, &mut users))?)
    })
}

fn delete<B: Backend>(orm: &Orm<B>, meter: &Meter<'_>) -> moored::Result<()>
where
    User: Entity<B>,
{
    orm.session(|session| {
        let users = part(session.select(Select::<User>::all()).all()?, SOME);
        meter.time(|| {
            for user in users {
                let _removed = session.remove(user)?;
            }
            session.flush()
        })
    })
}

fn delete_by_hand<B: ByHand>(orm: &Orm<B>, meter: &Meter<'_>) -> moored::Result<()> {
    orm.with_connection(|connection| {
        let keys: Vec<i32> = part(B::load(connection)?, SOME).iter().map(|user| user.id).collect();
        let count = meter.time(|| B::delete(connection, &keys))?;
        assert_eq!(count, SOME);
        Ok(())
    })
}

fn load<B: Backend>(orm: &Orm<B>, meter: &Meter<'_>) -> moored::Result<()>
where
    User: Entity<B>,
{
    orm.session(|session| {
        let users = meter.time(|| session.select(Select::<User>::all()).all())?;
        meter.keep(&users.iter().map(|user| session[user].clone()).collect::<Vec<_>>());
        Ok(())
    })
}

fn load_by_hand<B: ByHand>(orm: &Orm<B>, meter: &Meter<'_>) -> moored::Result<()> {
    orm.with_connection(|connection| {
        meter.keep(&meter.time(|| B::load(connection))?);
        Ok(())
    })
}

fn find<B: Backend>(orm: &Orm<B>, meter: &Meter<'_>) -> moored::Result<()>
where
    User: Entity<B>,
{
    let keys = part(1..=ROWS as i32, SOME);
    orm.session(|session| {
        let found = meter.time(|| {
            keys.iter().map(|&key| session.find::<User>(key)?.required()).collect::<moored::Result<Vec<_>>>()
        })?;
        meter.keep(&found.iter().map(|user| session[user].clone()).collect::<Vec<_>>());
        Ok(())
    })
}

fn find_by_hand<B: ByHand>(orm: &Orm<B>, meter: &Meter<'_>) -> moored::Result<()> {
    let keys = part(1..=ROWS as i32, SOME);
    orm.with_connection(|connection| {
        let found = meter.time(|| {
            keys.iter().map(|&key| B::find(connection, key)).collect::<diesel::QueryResult<Vec<_>>>()
        })?;
        meter.keep(&found);
        Ok(())
    })
}
