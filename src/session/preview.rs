//! What the next flush would do, shown and compared without doing it.

use std::fmt;

use crate::order::{Plan, Step, Work};

/// What the next flush would do: the steps, with the keys of the rows, to be printed, drawn and compared.
///
/// Made by [`UnitOfWork::plan`](crate::UnitOfWork::plan). The flush executes the same steps.
#[derive(Debug)]
pub struct FlushPlan {
    pub(super) plan: Plan,
    pub(super) work: Work,
}

impl FlushPlan {
    /// The steps, in the order in which they run.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        self.plan.steps()
    }

    /// Whether the flush would do nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    /// The rows of a step: their keys as `Debug` shows them, or `new` and a number where there is no key yet.
    pub fn rows<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = &'a str> {
        let writes = step.rows.iter().filter_map(|row| self.work.writes.get(row.0 as usize));
        writes.map(|write| write.label.as_deref().unwrap_or_default())
    }

    /// The plan as a Mermaid flowchart, with the edges that ordered it.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        self.plan.to_mermaid(&self.work)
    }

    /// The plan as a Graphviz digraph, with the edges that ordered it.
    #[must_use]
    pub fn to_graphviz(&self) -> String {
        self.plan.to_graphviz(&self.work)
    }
}

/// One line a step: `1. INSERT Author (name, email) × 2: new 0, new 1`.
impl fmt::Display for FlushPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.show(&self.work).fmt(f)
    }
}

/// Plans are equal when their steps are, rows by their keys.
impl PartialEq for FlushPlan {
    fn eq(&self, other: &Self) -> bool {
        self.plan == other.plan
            && self.steps().iter().zip(other.steps()).all(|(a, b)| self.rows(a).eq(other.rows(b)))
    }
}
