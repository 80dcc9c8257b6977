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

/// An entity with a version column, whose rows another writer cannot change unnoticed.
///
/// Implemented by `#[derive(Entity)]` for a struct with a field that is `#[entity(version)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no version",
    label = "rows of this entity have no version to compare or to move on",
    note = "mark a field with `#[entity(version)]`; it is a column of the table, `INTEGER NOT NULL DEFAULT 1` for one"
)]
pub trait Versioned: super::Model {
    /// The type of the version column.
    type Version: Version;

    /// The version of the row when it was read or written last.
    fn version(&self) -> &Self::Version;
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
