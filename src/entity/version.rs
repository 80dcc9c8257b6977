//! Version columns of optimistic locking.

/// A type that a `#[entity(version)]` column can have.
///
/// The version goes up once in every flush that writes the row, and every UPDATE and DELETE names the version
/// it expects: another writer's change in between makes the flush `Stale` instead of being overwritten.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a version column",
    label = "use `i16`, `i32`, `i64` or, with the feature `chrono`, `NaiveDateTime`"
)]
pub trait Version: Sized {
    /// The version of a row when it is inserted.
    fn initial() -> Self;

    /// The version after this one; `None` when the type has no further value.
    fn next(&self) -> Option<Self>;
}

macro_rules! integer_version {
    ($($integer:ty),*) => {$(
        impl Version for $integer {
            fn initial() -> Self {
                1
            }

            fn next(&self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    )*};
}

integer_version!(i16, i32, i64);

/// A point in time, cut to whole microseconds, which every supported database stores.
///
/// Two versions made within one microsecond still differ: the next is at least one microsecond after the last.
#[cfg(feature = "chrono")]
impl Version for chrono::NaiveDateTime {
    fn initial() -> Self {
        use chrono::SubsecRound;
        chrono::Utc::now().naive_utc().trunc_subsecs(6)
    }

    fn next(&self) -> Option<Self> {
        let least = self.checked_add_signed(chrono::TimeDelta::microseconds(1))?;
        Some(Self::initial().max(least))
    }
}
