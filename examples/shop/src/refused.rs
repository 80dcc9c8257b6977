//! Why a service did not do what it was asked to.

use serde::Serialize;

/// Why a service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// What was asked for breaks rules of the shop.
    #[error("{} rules are broken", .0.len())]
    Invalid(Vec<Problem>),
    #[error(transparent)]
    Work(#[from] moored::Error),
}

/// A rule that is broken, and where in what was asked for.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    pub(crate) field: String,
    pub(crate) problem: &'static str,
}

/// The rules that are broken, as they are found.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a rule unless it holds.
    pub(crate) fn unless(&mut self, holds: bool, field: impl Into<String>, problem: &'static str) {
        if !holds {
            self.0.push(Problem { field: field.into(), problem });
        }
    }

    pub(crate) fn none(self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(Refused::Invalid(self.0)) }
    }
}
