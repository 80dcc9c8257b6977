//! Where a job stands.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

/// Where a job stands, in a column of text.
///
/// There is no `Running`: who runs a job has its row locked, and a worker that dies has no locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub enum State {
    /// It is to be run at its time.
    Waiting,
    /// What it did is committed.
    Done,
    /// It failed too often, and is left for somebody to look at.
    Dead,
}

impl State {
    const ALL: [Self; 3] = [Self::Waiting, Self::Done, Self::Dead];

    const fn text(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for State
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.text().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for State
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = String::from_sql(bytes)?;
        let state = Self::ALL.into_iter().find(|state| state.text() == text);
        state.ok_or_else(|| format!("no state of a job: {text:?}").into())
    }
}
