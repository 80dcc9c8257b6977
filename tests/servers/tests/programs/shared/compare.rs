//! The comparison after every step: the tables, the memory, and what a flush would do.

use moored::FlushAuthority;
use moored::order::Action;
use moored::prelude::*;

use super::entry::Entry;
use super::model::{Kind, Model, PARENT, Pending, State, TEXT, UNIQUE};
use super::op::Op;
use super::schema;
use crate::B;

/// Compares the database, the memory, and what a flush would do.
pub(crate) fn check<'s, A: FlushAuthority>(
    uow: &mut UnitOfWork<'s, B, A>,
    world: &[Entry<'s>],
    model: &Model,
    op: &Op,
) {
    let key = |row: Option<usize>| row.map(|row| model.keys[&row]);
    let mut expected: Vec<schema::Stored> = model
        .rows
        .iter()
        .map(|(number, (kind, row))| {
            let unique = row.unique.filter(|_| *kind != Kind::Tag);
            (*kind as i32, model.keys[number], row.text.clone(), unique, key(row.parent), row.version)
        })
        .collect();
    expected.sort();
    assert_eq!(schema::rows(uow.connection().unwrap()).unwrap(), expected, "the tables after {op:?}");

    assert_eq!(world.len(), model.objects.len());
    for (entry, object) in world.iter().zip(&model.objects) {
        match object.state {
            State::Lost => {}
            State::Draft => {
                let draft = each!(entry, h => h.shown_draft(uow)).unwrap();
                assert_eq!(draft, (object.value.text.clone(), object.value.unique), "a draft after {op:?}");
            }
            State::Forgotten => assert!(each!(entry, h => h.shown_draft(uow)).is_err(), "{op:?}"),
            _ => {
                let (_, text, unique, parent, version) = each!(entry, h => h.shown(uow)).unwrap();
                let value = &object.value;
                assert_eq!(
                    (text, unique, parent, version),
                    (value.text.clone(), value.unique, key(value.parent), value.version),
                    "{object:?} in memory after {op:?}"
                );
            }
        }
    }

    assert_eq!(uow.has_changes(), !model.pending().is_empty(), "what is pending after {op:?}");
    match uow.plan() {
        Ok(plan) => assert_eq!(planned(&plan), model.pending(), "the plan after {op:?}"),
        Err(error) => assert!(!model.can_flush(), "no plan after {op:?}: {error}"),
    }
}

fn planned(plan: &moored::FlushPlan) -> Vec<Pending> {
    let mut pending = Vec::new();
    for step in plan.steps() {
        let (kind, places): (_, &[(usize, u8)]) = match step.entity.name {
            "Node" => (Kind::Node, &[(1, TEXT), (2, UNIQUE), (3, PARENT)]),
            "Leaf" => (Kind::Leaf, &[(1, TEXT), (2, UNIQUE), (3, PARENT)]),
            "Team" => (Kind::Team, &[(1, TEXT), (2, PARENT)]),
            "Player" => (Kind::Player, &[(1, TEXT), (2, UNIQUE), (3, PARENT)]),
            "Seat" => (Kind::Seat, &[(2, TEXT)]),
            _ => (Kind::Tag, &[(1, TEXT)]),
        };
        let action = match step.action {
            Action::Insert => 0,
            Action::Update => 1,
            Action::Delete => 2,
            _ => continue,
        };
        let mut columns = 0;
        for &(place, column) in places {
            if action == 1 && step.columns.contains(place) {
                columns |= column;
            }
        }
        pending.extend(step.rows.iter().map(|_| (kind, action, columns)));
    }
    pending.sort_unstable();
    pending
}
