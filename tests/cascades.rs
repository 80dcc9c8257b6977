//! What goes with a row that is removed, in random programs: no row is left that refers to one on its way out, `restore` brings
//! back what went, what is refused changes nothing, and a flush writes it all.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::FlushAuthority;
use moored::prelude::*;
use moored_sqlite::Sqlite;
use proptest::prelude::*;

diesel::table! { teams (id) { id -> Integer, name -> Text } }
diesel::table! { members (id) { id -> Integer, team_id -> Integer, mentor_id -> Nullable<Integer>, over_id -> Nullable<Integer> } }
diesel::table! { items (id) { id -> Integer, member_id -> Integer, lent_to -> Nullable<Integer> } }

/// Its members go with it.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = teams)]
#[entity(has_many(members: Member, by = team, on_remove = cascade, orphans = remove))]
struct Team {
    #[entity(key, generated)]
    id: i32,
    name: String,
}

/// Those below and the items go with it; whom it taught let go of it, and so do the items that it was lent.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = members)]
#[entity(
    has_many(taught: Member, by = mentor, on_remove = unlink),
    has_many(below: Member, by = over, on_remove = cascade),
    has_many(items: Item, by = member, on_remove = cascade, orphans = remove),
    has_many(borrowed: Item, by = borrower, on_remove = unlink)
)]
struct Member {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = Team)]
    team_id: Key<Team>,
    #[entity(belongs_to = Member, name = mentor)]
    mentor_id: Option<Key<Member>>,
    #[entity(belongs_to = Member, name = over)]
    over_id: Option<Key<Member>>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = items)]
struct Item {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = Member)]
    member_id: Key<Member>,
    #[entity(belongs_to = Member, name = borrower)]
    lent_to: Option<Key<Member>>,
}

const TEAMS: i32 = 3;
/// Those that are in memory; there are others.
const MEMBERS: i32 = 5;
const ITEMS: i32 = 4;

#[derive(Clone, Debug)]
enum Step {
    RemoveTeam(i32),
    RemoveMember(i32),
    RemoveItem(i32),
    /// Removed and restored at once.
    ThereAndBack(i32, i32),
    TakeOut(i32, i32),
    SendAway(i32, i32),
    Move(i32, i32),
    Teach(i32, i32),
    PutBelow(i32, i32),
    Lend(i32, i32),
    Draft(i32),
    Forget,
    Load(i32),
    Flush,
    Discard,
    Nested {
        ends_well: bool,
        steps: Vec<Step>,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (team, member, item) = (1..=TEAMS, 1..=MEMBERS, 1..=ITEMS);
    let flat = prop_oneof![
        1 => team.clone().prop_map(Step::RemoveTeam),
        2 => member.clone().prop_map(Step::RemoveMember),
        1 => item.clone().prop_map(Step::RemoveItem),
        3 => (0..=TEAMS, member.clone()).prop_map(|(team, member)| Step::ThereAndBack(team, member)),
        1 => (member.clone(), item.clone()).prop_map(|(member, item)| Step::TakeOut(member, item)),
        1 => (team.clone(), member.clone()).prop_map(|(team, member)| Step::SendAway(team, member)),
        2 => (member.clone(), team.clone()).prop_map(|(member, team)| Step::Move(member, team)),
        2 => (member.clone(), member.clone()).prop_map(|(one, other)| Step::Teach(one, other)),
        2 => (member.clone(), member.clone()).prop_map(|(one, other)| Step::PutBelow(one, other)),
        2 => (item, member.clone()).prop_map(|(item, member)| Step::Lend(item, member)),
        2 => member.clone().prop_map(Step::Draft),
        1 => Just(Step::Forget),
        2 => member.prop_map(Step::Load),
        2 => Just(Step::Flush),
        1 => Just(Step::Discard),
    ];
    flat.prop_recursive(2, 20, 5, |inner| {
        (any::<bool>(), prop::collection::vec(inner, 1..5))
            .prop_map(|(ends_well, steps)| Step::Nested { ends_well, steps })
    })
}

/// All rows of the session, whatever their state.
struct Rows<'s> {
    teams: Vec<Handle<'s, Team, Managed>>,
    members: Vec<Handle<'s, Member, Managed>>,
    items: Vec<Handle<'s, Item, Managed>>,
    drafts: Vec<Handle<'s, Item, New>>,
}

impl<'s> Rows<'s> {
    fn inside(&self) -> Self {
        Self {
            teams: self.teams.iter().map(Handle::alias).collect(),
            members: self.members.iter().map(Handle::alias).collect(),
            items: self.items.iter().map(Handle::alias).collect(),
            drafts: Vec::new(),
        }
    }

    fn team(&self, number: i32) -> &Handle<'s, Team, Managed> {
        &self.teams[usize::try_from(number - 1).unwrap()]
    }

    fn member(&self, number: i32) -> &Handle<'s, Member, Managed> {
        &self.members[usize::try_from(number - 1).unwrap()]
    }

    fn item(&self, number: i32) -> &Handle<'s, Item, Managed> {
        &self.items[usize::try_from(number - 1).unwrap()]
    }
}

type Uow<'s, A> = UnitOfWork<'s, Sqlite, A>;

/// Every row that is live in memory, by its columns; and the drafts by whether they are there.
fn seen<'s, A: FlushAuthority>(uow: &mut Uow<'s, A>, rows: &Rows<'s>) -> Vec<String> {
    let mut seen = Vec::new();
    for team in &rows.teams {
        let key = uow[team].id;
        seen.extend(uow.find::<Team>(key).unwrap().map(|row| format!("{:?}", uow[&row])));
    }
    for member in &rows.members {
        let key = uow[member].id;
        seen.extend(uow.find::<Member>(key).unwrap().map(|row| format!("{:?}", uow[&row])));
    }
    for item in &rows.items {
        let key = uow[item].id;
        seen.extend(uow.find::<Item>(key).unwrap().map(|row| format!("{:?}", uow[&row])));
    }
    seen.extend(rows.drafts.iter().map(|draft| format!("draft {}", uow.draft(draft).is_ok())));
    seen
}

fn run<'s, A: FlushAuthority>(uow: &mut Uow<'s, A>, rows: &mut Rows<'s>, steps: &[Step]) {
    for step in steps {
        let before = seen(uow, rows);
        if take(uow, rows, step).is_err() && !matches!(step, Step::Nested { .. }) {
            assert_eq!(seen(uow, rows), before, "{step:?} was refused");
        }
        let is_live =
            |uow: &mut Uow<'s, A>, key: Key<Member>| uow.find::<Member>(key.into_value()).unwrap().is_some();
        for member in &rows.members {
            let Member { id, team_id, mentor_id, over_id } = uow[member].clone();
            if is_live(uow, Key::new(id)) {
                assert!(uow.find::<Team>(team_id.into_value()).unwrap().is_some(), "after {step:?}");
                for held in [mentor_id, over_id].into_iter().flatten() {
                    assert!(is_live(uow, held), "member {id} after {step:?}");
                }
            }
        }
        for item in &rows.items {
            let Item { id, member_id, lent_to } = uow[item].clone();
            if uow.find::<Item>(id).unwrap().is_some() {
                for held in [Some(member_id), lent_to].into_iter().flatten() {
                    assert!(is_live(uow, held), "item {id} after {step:?}");
                }
            }
        }
    }
}

/// A row that is there can be removed.
fn remove<'s, A: FlushAuthority, E: Entity<Sqlite> + std::fmt::Debug>(
    uow: &mut Uow<'s, A>,
    row: &Handle<'s, E, Managed>,
) -> moored::Result<Handle<'s, E, Removed>> {
    let is_there = uow.edit(row).is_ok();
    let removed = uow.remove(row.alias());
    assert_eq!(removed.is_ok(), is_there, "{removed:?}");
    removed
}

fn take<'s, A: FlushAuthority>(uow: &mut Uow<'s, A>, rows: &mut Rows<'s>, step: &Step) -> moored::Result<()> {
    match step {
        Step::RemoveTeam(team) => remove(uow, rows.team(*team)).map(drop),
        Step::RemoveMember(member) => remove(uow, rows.member(*member)).map(drop),
        Step::RemoveItem(item) => remove(uow, rows.item(*item)).map(drop),
        Step::ThereAndBack(team, member) => {
            let before = seen(uow, rows);
            if *team > 0 {
                let removed = remove(uow, rows.team(*team))?;
                uow.restore(removed)?;
            } else {
                let removed = remove(uow, rows.member(*member))?;
                uow.restore(removed)?;
            }
            assert_eq!(seen(uow, rows), before);
            Ok(())
        }
        Step::TakeOut(member, item) => {
            uow.collection(rows.member(*member), Member::items()).remove(rows.item(*item)).map(drop)
        }
        Step::SendAway(team, member) => {
            uow.collection(rows.team(*team), Team::members()).remove(rows.member(*member)).map(drop)
        }
        Step::Move(member, team) => uow.link(rows.member(*member), Member::team(), rows.team(*team)),
        Step::Teach(one, other) => uow.link(rows.member(*one), Member::mentor(), rows.member(*other)),
        Step::PutBelow(one, other) => uow.link(rows.member(*one), Member::over(), rows.member(*other)),
        Step::Lend(item, member) => uow.link(rows.item(*item), Item::borrower(), rows.member(*member)),
        Step::Draft(member) => {
            rows.drafts.push(uow.persist(NewItem::new(rows.member(*member)))?);
            Ok(())
        }
        Step::Forget => {
            let Some(draft) = rows.drafts.pop() else { return Ok(()) };
            // It may have gone with what it refers to.
            if uow.draft(&draft).is_ok() { uow.remove(draft) } else { Ok(()) }
        }
        Step::Load(member) => uow.populate(rows.member(*member), Member::items()).map(drop),
        Step::Flush => {
            uow.flush().unwrap();
            rows.drafts.clear();
            Ok(())
        }
        Step::Discard => {
            uow.discard();
            Ok(())
        }
        Step::Nested { ends_well, steps } => {
            // A removal that waits outside would be in the way of one inside.
            take(uow, rows, &Step::Flush)?;
            uow.transaction(|tx| {
                run(tx, &mut rows.inside(), steps);
                match ends_well {
                    true => Ok(()),
                    false => Err(moored::Error::NotFound { entity: "end" }),
                }
            })
        }
    }
}

fn orm() -> Orm<Sqlite> {
    let orm = Orm::<Sqlite>::connect(":memory:").unwrap();
    orm.with_connection(|connection| {
        connection.batch_execute(
            "CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             CREATE TABLE members (
                id INTEGER PRIMARY KEY, team_id INTEGER NOT NULL REFERENCES teams,
                mentor_id INTEGER REFERENCES members, over_id INTEGER REFERENCES members
             );
             CREATE TABLE items (
                id INTEGER PRIMARY KEY AUTOINCREMENT, member_id INTEGER NOT NULL REFERENCES members,
                lent_to INTEGER REFERENCES members
             );
             INSERT INTO teams VALUES (1, 'a'), (2, 'b'), (3, 'c');
             INSERT INTO members VALUES (1, 1, NULL, NULL), (2, 1, 1, 1), (3, 1, 1, 2), (4, 2, 3, NULL), (5, 2, 4, 4),
                (6, 2, NULL, 3), (7, 3, 7, 7), (8, 3, 2, 6);
             INSERT INTO items VALUES (1, 1, 2), (2, 2, 2), (3, 3, 8), (4, 4, NULL), (5, 5, 1), (6, 8, 7), (7, 8, 4),
                (8, 7, 7);",
        )?;
        Ok(())
    })
    .unwrap();
    orm
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn nothing_refers_to_what_goes(steps in prop::collection::vec(step(), 1..14)) {
        orm().session(|session| {
            session.set_flush_mode(FlushMode::Commit);
            let mut rows = Rows {
                teams: session.query::<Team>(teams::table.order(teams::id)).all()?,
                members: session.query(members::table.filter(members::id.le(MEMBERS)).order(members::id)).all()?,
                items: session.query(items::table.filter(items::id.le(ITEMS)).order(items::id)).all()?,
                drafts: Vec::new(),
            };
            run(session, &mut rows, &steps);
            session.flush()
        }).unwrap();
    }
}
