//! Random programs over relations of several columns: whatever is linked in whatever order, the database has in the end what
//! the program says.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::sync::LazyLock;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;
use proptest::prelude::*;

diesel::table! { halls (id) { id -> Integer, name -> Integer } }
diesel::table! { stalls (hall_id, number) { hall_id -> Integer, number -> Integer, beside -> Nullable<Integer> } }
diesel::table! {
    tickets (id) {
        id -> Integer,
        label -> Integer,
        hall_id -> Integer,
        number -> Integer,
        other_hall -> Nullable<Integer>,
        swap -> Nullable<Integer>,
        spare -> Nullable<Integer>,
    }
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = halls)]
struct Hall {
    #[entity(key, generated)]
    id: i32,
    name: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = stalls)]
#[entity(belongs_to(Stall, name = neighbour, columns(hall_id, beside)))]
struct Stall {
    #[entity(key, belongs_to = Hall)]
    hall_id: Key<Hall>,
    #[entity(key)]
    number: i32,
    beside: Option<i32>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = tickets)]
#[entity(
    belongs_to(Stall, name = stall, columns(hall_id, number)),
    belongs_to(Stall, name = swapped, columns(other_hall, swap)),
    belongs_to(Stall, name = spared, columns(other_hall, spare))
)]
struct Ticket {
    #[entity(key, generated)]
    id: i32,
    label: i32,
    hall_id: i32,
    number: i32,
    other_hall: Option<i32>,
    swap: Option<i32>,
    spare: Option<i32>,
}

/// What one step of a program does; rows are picked by number, modulo how many there are.
#[derive(Clone, Copy, Debug)]
enum Op {
    Hall,
    Stall(usize),
    Ticket(usize),
    Neighbour(usize, usize),
    Move(usize, usize),
    Swap(usize, usize),
    Spare(usize, usize),
    NoNeighbour(usize),
    NoSwap(usize),
    NoSpare(usize),
    RemoveStall(usize),
    RemoveTicket(usize),
    Flush,
}

fn op() -> impl Strategy<Value = Op> {
    let n = 0..6_usize;
    let two = || (0..6_usize, 0..6_usize);
    prop_oneof![
        1 => Just(Op::Hall),
        4 => n.clone().prop_map(Op::Stall),
        3 => n.clone().prop_map(Op::Ticket),
        6 => two().prop_map(|(a, b)| Op::Neighbour(a, b)),
        3 => two().prop_map(|(a, b)| Op::Move(a, b)),
        3 => two().prop_map(|(a, b)| Op::Swap(a, b)),
        3 => two().prop_map(|(a, b)| Op::Spare(a, b)),
        2 => n.clone().prop_map(Op::NoNeighbour),
        2 => n.clone().prop_map(Op::NoSwap),
        2 => n.clone().prop_map(Op::NoSpare),
        2 => n.clone().prop_map(Op::RemoveStall),
        1 => n.prop_map(Op::RemoveTicket),
        2 => Just(Op::Flush),
    ]
}

/// A row, written or not.
#[derive(Debug)]
enum Row<'s, E: Entity<Sqlite>> {
    New(Handle<'s, E, New>),
    Managed(Handle<'s, E, Managed>),
}

macro_rules! on {
    ($row:expr, $handle:ident => $do:expr) => {
        match $row {
            Row::New($handle) => $do,
            Row::Managed($handle) => $do,
        }
    };
}

type Uow<'s> = Session<'s, Sqlite>;

impl<'s, E: Entity<Sqlite>> Row<'s, E> {
    fn promote(&mut self, uow: &Uow<'s>) {
        if let Row::New(handle) = self {
            *self = Row::Managed(uow.promote(&*handle).unwrap());
        }
    }

    fn value(&self, uow: &Uow<'s>) -> E {
        match self {
            Row::Managed(handle) => uow[handle].clone(),
            Row::New(handle) => panic!("{handle:?} is not promoted"),
        }
    }

    fn remove(self, uow: &mut Uow<'s>) {
        match self {
            Row::New(handle) => uow.remove(handle).unwrap(),
            Row::Managed(handle) => drop(uow.remove(handle).unwrap()),
        }
    }
}

/// What the program says of the rows: a stall by its number, which no two have, a hall by its name.
struct World<'s> {
    halls: Vec<(i32, Row<'s, Hall>)>,
    stalls: Vec<StallSaid<'s>>,
    tickets: Vec<TicketSaid<'s>>,
    next: i32,
}

struct StallSaid<'s> {
    hall: i32,
    number: i32,
    beside: Option<i32>,
    row: Row<'s, Stall>,
}

struct TicketSaid<'s> {
    label: i32,
    /// The hall and the number of each stall.
    stall: (i32, i32),
    swap: Option<(i32, i32)>,
    spare: Option<(i32, i32)>,
    row: Row<'s, Ticket>,
}

/// A stall as it is said and stored: hall, number, neighbour.
type StallValue = (i32, i32, Option<i32>);
/// A ticket as it is said and stored: label, stall, swap, spare.
type TicketValue = (i32, (i32, i32), Option<(i32, i32)>, Option<(i32, i32)>);

impl<'s> World<'s> {
    fn next(&mut self) -> i32 {
        self.next += 1;
        self.next
    }

    fn is_needed(&self, at: usize) -> bool {
        let stall = &self.stalls[at];
        let place = (stall.hall, stall.number);
        let by_stalls = self.stalls.iter().enumerate();
        by_stalls.filter(|(other, _)| *other != at).any(|(_, s)| s.beside == Some(stall.number))
            || self
                .tickets
                .iter()
                .any(|t| t.stall == place || t.swap == Some(place) || t.spare == Some(place))
    }

    fn run(&mut self, uow: &mut Uow<'s>, op: Op) {
        let pick = |n: usize, of: usize| (of > 0).then(|| n % of);
        let (halls, stalls, tickets) = (self.halls.len(), self.stalls.len(), self.tickets.len());
        match op {
            Op::Hall => {
                let name = self.next();
                let row = Row::New(uow.persist(NewHall::new(name)).unwrap());
                self.halls.push((name, row));
            }
            Op::Stall(hall) => {
                let Some(hall) = pick(hall, halls) else { return };
                let number = self.next();
                let (hall, parent) = &self.halls[hall];
                let new = on!(parent, parent => NewStall::new(parent, number));
                let row = Row::New(uow.persist(new).unwrap());
                self.stalls.push(StallSaid { hall: *hall, number, beside: None, row });
            }
            Op::Ticket(stall) => {
                let Some(stall) = pick(stall, stalls) else { return };
                let label = self.next();
                let StallSaid { hall, number, row, .. } = &self.stalls[stall];
                let new = on!(row, stall => NewTicket::new(label, stall));
                let row = Row::New(uow.persist(new).unwrap());
                let stall = (*hall, *number);
                self.tickets.push(TicketSaid { label, stall, swap: None, spare: None, row });
            }
            Op::Neighbour(from, to) => {
                let (Some(from), Some(to)) = (pick(from, stalls), pick(to, stalls)) else { return };
                if self.stalls[from].hall == self.stalls[to].hall {
                    let (row, target) = (&self.stalls[from].row, &self.stalls[to].row);
                    on!(row, row => on!(target, target => uow.link(row, Stall::neighbour(), target)))
                        .unwrap();
                    self.stalls[from].beside = Some(self.stalls[to].number);
                }
            }
            Op::Move(ticket, to) | Op::Swap(ticket, to) | Op::Spare(ticket, to) => {
                let (Some(ticket), Some(to)) = (pick(ticket, tickets), pick(to, stalls)) else { return };
                let (ticket, to) = (&mut self.tickets[ticket], &self.stalls[to]);
                let place = (to.hall, to.number);
                let fits = |shared: Option<(i32, i32)>| shared.is_none_or(|(hall, _)| hall == to.hall);
                let (row, target) = (&ticket.row, &to.row);
                match op {
                    Op::Move(..) => {
                        on!(row, row => on!(target, target => uow.link(row, Ticket::stall(), target)))
                            .unwrap();
                        ticket.stall = place;
                    }
                    Op::Swap(..) if fits(ticket.spare) => {
                        on!(row, row => on!(target, target => uow.link(row, Ticket::swapped(), target)))
                            .unwrap();
                        ticket.swap = Some(place);
                    }
                    Op::Spare(..) if fits(ticket.swap) => {
                        on!(row, row => on!(target, target => uow.link(row, Ticket::spared(), target)))
                            .unwrap();
                        ticket.spare = Some(place);
                    }
                    _ => {}
                }
            }
            Op::NoNeighbour(stall) => {
                let Some(stall) = pick(stall, stalls) else { return };
                on!(&self.stalls[stall].row, row => uow.unlink(row, Stall::neighbour())).unwrap();
                self.stalls[stall].beside = None;
            }
            Op::NoSwap(ticket) => {
                let Some(ticket) = pick(ticket, tickets) else { return };
                on!(&self.tickets[ticket].row, row => uow.unlink(row, Ticket::swapped())).unwrap();
                self.tickets[ticket].swap = None;
            }
            Op::NoSpare(ticket) => {
                let Some(ticket) = pick(ticket, tickets) else { return };
                on!(&self.tickets[ticket].row, row => uow.unlink(row, Ticket::spared())).unwrap();
                self.tickets[ticket].spare = None;
            }
            Op::RemoveStall(stall) => {
                if let Some(stall) = pick(stall, stalls).filter(|&stall| !self.is_needed(stall)) {
                    self.stalls.swap_remove(stall).row.remove(uow);
                }
            }
            Op::RemoveTicket(ticket) => {
                if let Some(ticket) = pick(ticket, tickets) {
                    self.tickets.swap_remove(ticket).row.remove(uow);
                }
            }
            Op::Flush => {
                uow.flush().unwrap();
                self.halls.iter_mut().for_each(|(_, row)| row.promote(uow));
                self.stalls.iter_mut().for_each(|stall| stall.row.promote(uow));
                self.tickets.iter_mut().for_each(|ticket| ticket.row.promote(uow));
            }
        }
    }

    fn said(&self) -> (Vec<StallValue>, Vec<TicketValue>) {
        let mut stalls: Vec<_> = self.stalls.iter().map(|s| (s.hall, s.number, s.beside)).collect();
        let mut tickets: Vec<_> = self.tickets.iter().map(|t| (t.label, t.stall, t.swap, t.spare)).collect();
        stalls.sort_unstable();
        tickets.sort_unstable();
        (stalls, tickets)
    }
}

/// What rows say, with the names of halls in the place of their keys.
fn values(halls: &[Hall], stalls: &[Stall], tickets: &[Ticket]) -> (Vec<StallValue>, Vec<TicketValue>) {
    let name = |id: i32| halls.iter().find(|hall| hall.id == id).unwrap().name;
    let mut stalls: Vec<StallValue> =
        stalls.iter().map(|s| (name(*s.hall_id.value()), s.number, s.beside)).collect();
    let mut tickets: Vec<TicketValue> = tickets
        .iter()
        .map(|t| {
            let other = |number: Option<i32>| Some((name(t.other_hall?), number?));
            (t.label, (name(t.hall_id), t.number), other(t.swap), other(t.spare))
        })
        .collect();
    stalls.sort_unstable();
    tickets.sort_unstable();
    (stalls, tickets)
}

/// One for all programs, each of which begins with empty tables.
static ORM: LazyLock<Orm<Sqlite>> = LazyLock::new(orm);

fn empty(connection: &mut SqliteConnection) -> moored::Result<()> {
    connection.batch_execute(
        "DELETE FROM tickets; UPDATE stalls SET beside = NULL; DELETE FROM stalls; DELETE FROM halls",
    )?;
    Ok(())
}

fn orm() -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    orm.with_connection(|connection| {
        connection.batch_execute(
            "CREATE TABLE halls (id INTEGER PRIMARY KEY, name INTEGER NOT NULL);
             CREATE TABLE stalls (hall_id INTEGER NOT NULL REFERENCES halls, number INTEGER NOT NULL, beside INTEGER,
                PRIMARY KEY (hall_id, number), FOREIGN KEY (hall_id, beside) REFERENCES stalls);
             CREATE TABLE tickets (id INTEGER PRIMARY KEY, label INTEGER NOT NULL, hall_id INTEGER NOT NULL,
                number INTEGER NOT NULL, other_hall INTEGER, swap INTEGER, spare INTEGER,
                FOREIGN KEY (hall_id, number) REFERENCES stalls, FOREIGN KEY (other_hall, swap) REFERENCES stalls,
                FOREIGN KEY (other_hall, spare) REFERENCES stalls);",
        )?;
        Ok::<_, moored::Error>(())
    })
    .unwrap();
    orm
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_database_has_what_the_program_says(ops in proptest::collection::vec(op(), 1..60)) {
        let orm = &*ORM;
        orm.with_connection(empty).unwrap();
        let said = orm
            .session(|session| {
                let mut world = World { halls: Vec::new(), stalls: Vec::new(), tickets: Vec::new(), next: 0 };
                let ops = [Op::Hall, Op::Stall(0), Op::Stall(0)].into_iter().chain(ops.iter().copied());
                for op in ops.chain([Op::Flush]) {
                    world.run(session, op);
                }
                // Memory says the same as the program.
                let halls: Vec<_> = world.halls.iter().map(|(_, row)| row.value(session)).collect();
                let stalls: Vec<_> = world.stalls.iter().map(|stall| stall.row.value(session)).collect();
                let tickets: Vec<_> = world.tickets.iter().map(|ticket| ticket.row.value(session)).collect();
                assert_eq!(values(&halls, &stalls, &tickets), world.said());
                Ok(world.said())
            })
            .unwrap();
        let stored = orm
            .with_connection(|connection| {
                let halls: Vec<Hall> = halls::table.load(connection)?;
                let stalls: Vec<Stall> = stalls::table.load(connection)?;
                let tickets: Vec<Ticket> = tickets::table.load(connection)?;
                Ok::<_, moored::Error>(values(&halls, &stalls, &tickets))
            })
            .unwrap();
        prop_assert_eq!(stored, said);
    }
}
