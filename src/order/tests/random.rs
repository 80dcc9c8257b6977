//! Random schemas and rows: every plan runs where every constraint is immediate, and every refusal is deserved.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::database::{Row, Rows, Target, run};
use super::schema::{Table, schema};
use crate::entity::{ColumnSet, EntityMeta};
use crate::order::{Action, Cause, Cycle, Plan, Side, Work, WriteId, WriteKind, edges, graph, plan, split};

/// A tape of decisions; past its end every answer is 0, so that shrinking the tape makes the case simpler.
struct Tape(std::vec::IntoIter<u16>);

impl Tape {
    fn below(&mut self, limit: usize) -> usize {
        self.0.next().unwrap_or(0) as usize % limit.max(1)
    }

    fn one_in(&mut self, chance: usize) -> bool {
        self.below(chance) == chance - 1
    }
}

const NAMES: [&str; 4] = ["D", "C", "B", "A"];

/// Column 0 `id`, 1 `tenant` (always 1), 2 `shared` (NULL or 1), then data and foreign keys. Where the schema is
/// tenanted, keys are (tenant, id), and a relation takes its tenant from the row's own key or from `shared`.
fn entities(tape: &mut Tape) -> [&'static EntityMeta; 4] {
    let tenanted = tape.one_in(3);
    schema(NAMES.map(|name| {
        let table = if tape.one_in(2) { Table::keyed(name) } else { Table::generated(name) };
        let mut table = table.column("tenant").nullable("shared");
        for column in ["x", "y"] {
            let nullable = tape.one_in(2);
            table.add(column, nullable);
        }
        for relation in ["r", "s", "t"].into_iter().take(tape.below(4)) {
            let nullable = tape.one_in(2);
            let column = table.add(relation, nullable);
            let tenant = if tape.one_in(2) { 2 } else { 1 };
            let columns = if tenanted { vec![tenant, column] } else { vec![column] };
            table = table.relation(relation, &columns, tape.below(4));
            if tape.one_in(8) {
                table = table.deferred();
            }
        }
        if tenanted {
            table.key = vec![1, 0];
        }
        for _ in 0..tape.below(3) {
            let last = table.columns.len();
            let mut set: Vec<usize> = (0..=tape.below(2)).map(|_| 2 + tape.below(last - 2)).collect();
            set.dedup();
            table = table.unique(&set);
            if tape.one_in(8) {
                table = table.deferred_unique();
            }
        }
        table
    }))
}

/// A row in the making: foreign keys are identities of rows until the keys are settled.
#[derive(Clone)]
struct Sketch {
    entity: &'static EntityMeta,
    key: u32,
    data: BTreeMap<usize, Option<u32>>,
    links: Vec<Option<usize>>,
}

type State = BTreeMap<usize, Sketch>;

fn sketch(
    tape: &mut Tape,
    entity: &'static EntityMeta,
    id: usize,
    rows: &[(usize, &'static EntityMeta)],
) -> Sketch {
    let mut data = BTreeMap::new();
    for column in 2..5 {
        let nullable = entity.columns[column].nullable;
        let value = if column == 2 { 1 } else { tape.below(4) as u32 };
        data.insert(column, (!nullable || !tape.one_in(4)).then_some(value));
    }
    let mut links = Vec::new();
    for relation in entity.relations {
        let fits: Vec<usize> =
            rows.iter().filter(|(_, e)| *e == (relation.target)().1).map(|r| r.0).collect();
        let required = !entity.columns[*relation.columns.last().unwrap()].nullable;
        let chosen = fits.get(tape.below(fits.len())).copied();
        links.push(chosen.filter(|_| required || !tape.one_in(3)));
    }
    Sketch { entity, key: id as u32 + 100, data, links }
}

/// Rows whose keys and foreign keys are values.
fn settle(state: &State) -> Rows {
    let row = |sketch: &Sketch| {
        let mut values = vec![None; sketch.entity.columns.len()];
        values[0] = Some(sketch.key);
        values[1] = Some(1);
        for (&column, &value) in &sketch.data {
            values[column] = value;
        }
        for (relation, link) in sketch.entity.relations.iter().zip(&sketch.links) {
            values[*relation.columns.last().unwrap()] = link.map(|id| state[&id].key);
        }
        Row { entity: sketch.entity, values }
    };
    state.iter().map(|(&id, sketch)| (id, row(sketch))).collect()
}

/// Takes rows out until every constraint holds.
fn make_consistent(state: &mut State) {
    loop {
        let alive: BTreeSet<usize> = state.keys().copied().collect();
        let mut gone = None;
        for (&id, sketch) in state.iter_mut() {
            for (relation, link) in sketch.entity.relations.iter().zip(&mut sketch.links) {
                // A foreign key of which a part is NULL refers to nothing, so its other parts are NULL too.
                let whole = !relation.columns.contains(&2) || sketch.data[&2].is_some();
                *link = link.filter(|to| whole && alive.contains(to));
                let column = *relation.columns.last().unwrap();
                if link.is_none() && !sketch.entity.columns[column].nullable {
                    gone = Some(id);
                }
            }
        }
        if gone.is_none() {
            let rows = settle(state);
            gone = rows.iter().find_map(|(&id, row)| {
                let sets = row.entity.uniques.iter().map(|u| u.columns).chain([row.entity.key]);
                let clash = |set: &[usize]| {
                    let tuple = row.tuple(set);
                    tuple.is_some()
                        && rows.range(..id).any(|(_, o)| o.entity == row.entity && o.tuple(set) == tuple)
                };
                sets.into_iter().any(clash).then_some(id)
            });
        }
        match gone {
            Some(id) => drop(state.remove(&id)),
            None => return,
        }
    }
}

struct Case {
    before: Rows,
    after: Rows,
    work: Work,
    targets: Vec<Target>,
}

fn case(tape: Vec<u16>) -> Case {
    let tape = &mut Tape(tape.into_iter());
    let entities = entities(tape);
    let old: Vec<_> = (0..tape.below(9)).map(|id| (id, entities[tape.below(4)])).collect();
    let mut start: State = old.iter().map(|&(id, entity)| (id, sketch(tape, entity, id, &old))).collect();
    make_consistent(&mut start);

    let mut new: Vec<_> = start.iter().filter(|_| !tape.one_in(3)).map(|(&id, s)| (id, s.entity)).collect();
    new.extend((0..tape.below(9)).map(|id| (id + 20, entities[tape.below(4)])).collect::<Vec<_>>());
    let mut end = State::new();
    for &(id, entity) in &new {
        let mut row = sketch(tape, entity, id, &new);
        if let Some(known) = start.get(&id) {
            for (column, value) in &known.data {
                if tape.one_in(2) {
                    row.data.insert(*column, *value);
                }
            }
            for (link, known) in row.links.iter_mut().zip(&known.links) {
                if tape.one_in(2) {
                    *link = known.filter(|to| new.iter().any(|(id, _)| id == to));
                }
            }
        }
        end.insert(id, row);
    }
    reuse_keys(tape, &start, &mut end);
    make_consistent(&mut end);
    let (before, after) = (settle(&start), settle(&end));
    let (work, targets) = work(tape, &before, &after);
    Case { before, after, work, targets }
}

/// New rows take over client-made keys of rows that go. Not where a row that stays refers to the old one: to it
/// nothing changes, and no order lets a row go that is referred to.
fn reuse_keys(tape: &mut Tape, start: &State, end: &mut State) {
    let stays: BTreeSet<usize> = end.keys().copied().collect();
    let mut free: Vec<_> = start
        .iter()
        .filter(|(id, old)| !stays.contains(id) && !old.entity.key_is_generated())
        .filter(|(id, _)| !stays.iter().any(|s| start.get(s).is_some_and(|s| s.links.contains(&Some(**id)))))
        .map(|(_, old)| (old.entity, old.key))
        .collect();
    for (_, new) in end.iter_mut().filter(|(id, _)| !start.contains_key(id)) {
        if let Some(at) = free.iter().position(|(entity, _)| *entity == new.entity).filter(|_| tape.one_in(2))
        {
            new.key = free.remove(at).1;
        }
    }
}

/// What the change stage would hand over.
fn work(tape: &mut Tape, before: &Rows, after: &Rows) -> (Work, Vec<Target>) {
    let mut order: Vec<(usize, usize)> = Vec::new();
    for &row in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        order.push((tape.below(50), row));
    }
    order.sort_unstable();
    let (defers_references, defers_uniques) = (!tape.one_in(4), !tape.one_in(4));
    let mut work = Work { defers_references, defers_uniques, ..Work::default() };
    let (mut targets, mut ids) = (Vec::new(), BTreeMap::new());
    for &(_, row) in &order {
        let (kind, entity, columns) = match (before.get(&row), after.get(&row)) {
            (None, Some(new)) => (WriteKind::Insert, new.entity, new.entity.select(|c| !c.generated)),
            (Some(old), None) => (WriteKind::Delete, old.entity, ColumnSet::EMPTY),
            (Some(old), Some(new)) if old != new => {
                let columns = (0..old.values.len()).filter(|&c| old.values[c] != new.values[c]).collect();
                (WriteKind::Update, old.entity, columns)
            }
            (Some(same), Some(_)) if tape.one_in(3) => (WriteKind::Expect, same.entity, ColumnSet::EMPTY),
            _ => continue,
        };
        ids.insert(row, work.add(entity, kind, columns));
        targets.push(Target { row, kind });
    }
    let mut values = BTreeMap::new();
    ids.retain(|_, id| work.write(*id).kind != WriteKind::Expect);
    for (&row, &id) in &ids {
        for (rows, others, side) in [(before, after, Side::Before), (after, before, Side::After)] {
            let Some(here) = rows.get(&row) else { continue };
            let there = others.get(&row);
            for (number, relation) in here.entity.relations.iter().enumerate() {
                let key = here.tuple(relation.columns);
                if key.is_none() || there.is_some_and(|r| r.tuple(relation.columns) == key) {
                    continue;
                }
                let target = (relation.target)().1;
                let to =
                    rows.iter().find(|(_, r)| r.entity == target && r.tuple(target.key) == key).unwrap().0;
                match (side, ids.get(to)) {
                    (Side::Before, Some(&to)) => work.referred(id, number, to),
                    (Side::After, Some(&to)) => work.refers(id, number, to),
                    (_, None) => {}
                }
            }
            let sets = here.entity.uniques.iter().enumerate().map(|(n, u)| (Some(n), u.columns));
            for (set, columns) in sets.chain([(None, here.entity.key)]) {
                let tuple = here.tuple(columns);
                if tuple.is_none() || there.is_some_and(|r| r.tuple(columns) == tuple) {
                    continue;
                }
                let next = values.len() as u32;
                let value = *values.entry((here.entity.name, set, tuple)).or_insert(next);
                match side {
                    Side::Before => work.gives(id, set, value),
                    Side::After => work.takes(id, set, value),
                }
            }
        }
    }
    (work, targets)
}

/// Every link is an edge that no split moves, and the links go round.
fn check_cycle(work: &Work, cycle: &Cycle) -> Result<(), String> {
    let fixed: Vec<_> =
        edges::collect(work).into_iter().filter(|edge| split::means(work, edge).is_none()).collect();
    let rows: Vec<WriteId> = cycle.path.iter().map(|link| link.row).collect();
    let goes_round = |backwards: bool| {
        (0..rows.len()).all(|place| {
            let (row, next) = (rows[place], rows[(place + 1) % rows.len()]);
            let (after, before) = if backwards { (next, row) } else { (row, next) };
            let cause = cycle.path[place].cause;
            fixed.iter().any(|e| (e.before, e.after, e.cause) == (before, after, cause))
        })
    };
    let distinct = rows.iter().collect::<BTreeSet<_>>().len() == rows.len() && !rows.is_empty();
    (distinct && (goes_round(false) || goes_round(true))).then_some(()).ok_or(format!("no cycle: {cycle}"))
}

/// Only rows that wait for themselves, by whatever way round, are written in parts.
fn check_splits(work: &Work, plan: &Plan) -> Result<(), String> {
    let edges = edges::collect(work);
    let pairs: Vec<_> = edges.iter().map(|edge| (edge.before.0, edge.after.0)).collect();
    let rank: Vec<u32> = (0..work.writes.len() as u32).collect();
    let mut circular: BTreeSet<u32> = pairs.iter().filter(|(a, b)| a == b).map(|p| p.0).collect();
    for component in graph::condense(work.writes.len(), &pairs, &rank).into_iter().filter(|c| c.len() > 1) {
        circular.extend(component);
    }
    let parts = [Action::Release, Action::Park, Action::Complete];
    let mut split = plan.steps().iter().filter(|s| parts.contains(&s.action)).flat_map(|s| &s.rows);
    split.all(|row| circular.contains(&row.0)).then_some(()).ok_or(format!("split outside a cycle\n{plan}"))
}

/// Where entities do not refer to each other in a circle and no unique value moves, a class is one step.
fn check_fewest(work: &Work, plan: &Plan) -> Result<(), String> {
    let circular = work.references.iter().map(|r| work.write(r.from).entity).any(|e| e.depends_on(e));
    let moves = edges::collect(work).iter().any(|e| matches!(e.cause, Cause::Unique { .. }));
    let classes: BTreeSet<_> = work.writes.iter().map(|w| (w.entity.name, w.kind, w.columns)).collect();
    let fewest = circular || moves || plan.steps().len() == classes.len();
    fewest.then_some(()).ok_or(format!("more steps than classes\n{plan}"))
}

fn check(tape: Vec<u16>) -> Result<(), String> {
    let Case { before, after, work, targets } = case(tape);
    let planned = plan(&work);
    if planned != plan(&work) {
        return Err("planned twice, two answers".into());
    }
    let plan = match planned {
        Err(cycle) => return check_cycle(&work, &cycle),
        Ok(plan) => plan,
    };
    run(&plan, &work, &targets, &before, &after)?;
    let mut backwards = plan.clone();
    for step in &mut backwards.steps {
        step.rows.reverse();
    }
    run(&backwards, &work, &targets, &before, &after)?;
    if let Some(edge) = plan.edges(&work).iter().find(|edge| edge.before >= edge.after) {
        return Err(format!("an edge that does not hold: {edge:?}\n{plan}"));
    }
    check_splits(&work, &plan)?;
    check_fewest(&work, &plan)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn every_plan_of_random_work_runs_and_every_refusal_is_a_cycle(
        tape in prop::collection::vec(any::<u16>(), 60..400),
    ) {
        check(tape).map_err(TestCaseError::fail)?;
    }
}
