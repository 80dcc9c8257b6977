//! A plan as text, and as a picture in the languages of Mermaid and Graphviz.

use std::fmt::{self, Write as _};

use super::edges::set_columns;
use super::{Action, Cause, Plan, Step, StepEdge, Work};
use crate::entity::EntityMeta;

/// A plan beside the work it was made from, whose labels it shows: made by [`Plan::show`].
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    plan: &'a Plan,
    work: &'a Work,
}

impl Plan {
    /// The plan with the labels of its rows, to be printed.
    #[must_use]
    pub fn show<'a>(&'a self, work: &'a Work) -> Shown<'a> {
        Shown { plan: self, work }
    }

    /// The plan as a Mermaid flowchart: a node a step, an arrow an edge that ordered two steps.
    #[must_use]
    pub fn to_mermaid(&self, work: &Work) -> String {
        let mut out = String::from("flowchart TD\n");
        for (number, step) in self.steps().iter().enumerate() {
            let _ = writeln!(out, "    s{}[\"{step}\"]", number + 1);
        }
        for edge in self.edges(work) {
            let _ = writeln!(out, "    s{} -->|\"{edge}\"| s{}", edge.before + 1, edge.after + 1);
        }
        out
    }

    /// The plan as a Graphviz digraph: a node a step, an arrow an edge that ordered two steps.
    #[must_use]
    pub fn to_graphviz(&self, work: &Work) -> String {
        let mut out = String::from("digraph plan {\n    node [shape=box];\n");
        for (number, step) in self.steps().iter().enumerate() {
            let _ = writeln!(out, "    s{} [label=\"{step}\"];", number + 1);
        }
        for edge in self.edges(work) {
            let _ = writeln!(out, "    s{} -> s{} [label=\"{edge}\"];", edge.before + 1, edge.after + 1);
        }
        out.push_str("}\n");
        out
    }
}

/// One line a step: `1. INSERT Author (name, email) × 2`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps().iter().enumerate() {
            writeln!(f, "{}. {step}", number + 1)?;
        }
        Ok(())
    }
}

/// One line a step, with the rows that have a label: `1. DELETE Author × 2: 1, 7`.
impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.plan.steps().iter().enumerate() {
            write!(f, "{}. {step}", number + 1)?;
            let labels = step.rows.iter().filter_map(|&row| self.work.write(row).label.as_deref());
            for (place, label) in labels.enumerate() {
                write!(f, "{} {label}", if place == 0 { ":" } else { "," })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action, self.entity.name)?;
        for (place, column) in self.columns.iter().enumerate() {
            let name = self.entity.columns.get(column).map_or("?", |c| c.field);
            let value = if self.postponed.contains(column) { " = NULL" } else { "" };
            write!(f, "{}{name}{value}", if place == 0 { " (" } else { ", " })?;
        }
        let end = if self.columns.is_empty() { "" } else { ")" };
        write!(f, "{end} × {}", self.rows.len())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Release => "RELEASE",
            Self::Park => "PARK",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Expect => "EXPECT",
            Self::Complete => "COMPLETE",
            Self::Delete => "DELETE",
        })
    }
}

impl fmt::Display for StepEdge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cause.of(self.entity))
    }
}

impl Cause {
    /// The cause with names in it: `Book.author`, `Page.(shelf, position)`. `entity` is the one whose relation or
    /// unique set it is.
    pub(super) fn of(self, entity: &'static EntityMeta) -> impl fmt::Display {
        fmt::from_fn(move |f| match self {
            Self::Refers { relation } | Self::Referred { relation } => {
                write!(f, "{}.{}", entity.name, entity.relations.get(relation).map_or("?", |r| r.name))
            }
            Self::Unique { set } => {
                let columns = set_columns(entity, set);
                let (open, close) = if columns.len() == 1 { ("", "") } else { ("(", ")") };
                write!(f, "{}.{open}", entity.name)?;
                for (place, column) in columns.iter().enumerate() {
                    let name = entity.columns.get(column).map_or("?", |c| c.field);
                    write!(f, "{}{name}", if place == 0 { "" } else { ", " })?;
                }
                f.write_str(close)
            }
            Self::SameRow => f.write_str("same row"),
        })
    }
}
