//! What the lending desk is asked and answers, whichever stage serves it.

/// One request, which is one transaction.
#[derive(Clone, Copy, Debug)]
pub enum Request {
    /// A new member.
    Join(&'static str),
    /// A copy of a book for a member.
    Lend {
        /// The book's key.
        book: i32,
        /// The member's key.
        member: i32,
    },
    /// A book comes back, so many days late.
    GiveBack {
        /// The loan's key.
        loan: i32,
        /// Each of them costs.
        days_late: i32,
    },
    /// A book comes back and the member takes another one; both, or neither.
    Exchange {
        /// The loan's key.
        loan: i32,
        /// Each of them costs.
        days_late: i32,
        /// The other book's key.
        book: i32,
    },
    /// What is on the shelf.
    Shelf,
    /// What a member has at home.
    LoansOf(i32),
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// It is done, and this is the key of what is new.
    Key(i32),
    /// Titles.
    Titles(Vec<String>),
}

/// What a day late costs.
pub const FINE: i32 = 20;
/// Who owes more than this borrows nothing.
pub const MOST_FINES: i32 = 500;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such member, book or loan.
    #[error("there is no such row")]
    Missing,
    /// A rule of the desk.
    #[error("{0}")]
    Rule(&'static str),
    /// The database, by way of Diesel.
    #[error(transparent)]
    Diesel(diesel::result::Error),
    /// The database, by way of Moored.
    #[error(transparent)]
    Moored(moored::Error),
}

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::Missing,
            error => Self::Diesel(error),
        }
    }
}

impl From<moored::Error> for Refusal {
    fn from(error: moored::Error) -> Self {
        match error {
            moored::Error::NotFound { .. } => Self::Missing,
            error => Self::Moored(error),
        }
    }
}
