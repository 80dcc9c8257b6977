//! Entities with a column that says where a row stands in a list.

use super::Model;

/// An entity with a `#[entity(position)]` column: its rows stand in lists, in the order of it.
///
/// Implemented by `#[derive(Entity)]` only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no column that says where its rows stand",
    label = "an `ordered` relation needs one",
    note = "add an integer column to the table, and its field with `#[entity(position)]` to `{Self}`"
)]
pub trait Positioned: Model {
    /// The type of the column.
    type Position: Position;

    /// Where the row stands.
    fn position(&self) -> Self::Position;
    /// Where a row to be will stand; `None` where that is left to the database's default.
    #[doc(hidden)]
    fn position_to_be(draft: &Self::Record) -> Option<Self::Position>;
    #[doc(hidden)]
    fn set_position(&mut self, position: Self::Position);
    #[doc(hidden)]
    fn set_position_to_be(draft: &mut Self::Record, position: Self::Position);
}

/// A number that says where a row stands in a list: an integer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say where a row stands in a list",
    label = "a position is an `i16`, `i32` or `i64`"
)]
pub trait Position: Copy + Ord + 'static {
    /// That of the first row of a list that has no other.
    const FIRST: Self;
    /// The next one, if there is one.
    fn next(self) -> Option<Self>;
}

macro_rules! positions {
    ($($integer:ty),+) => {$(
        impl Position for $integer {
            const FIRST: Self = 0;

            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    )+};
}

positions!(i16, i32, i64);

/// The positions of so many rows in their order: those that there are, ascending, and counted on where two are the same or there
/// is none. `None` where the numbers run out.
pub(crate) fn ascending<P: Position>(mut there: Vec<P>, rows: usize) -> Option<Vec<P>> {
    there.sort_unstable();
    let mut there = there.into_iter();
    let mut positions: Vec<P> = Vec::with_capacity(rows);
    for _ in 0..rows {
        let position = match (positions.last(), there.next()) {
            (None, Some(there)) => there,
            (None, None) => P::FIRST,
            (Some(last), Some(there)) if there > *last => there,
            (Some(last), _) => last.next()?,
        };
        positions.push(position);
    }
    Some(positions)
}

#[cfg(test)]
mod tests {
    use super::ascending;

    #[test]
    fn positions_are_kept_where_they_ascend_and_counted_on_elsewhere() {
        assert_eq!(ascending::<i32>(vec![], 3), Some(vec![0, 1, 2]));
        assert_eq!(ascending(vec![30, 10, 20], 3), Some(vec![10, 20, 30]));
        assert_eq!(ascending(vec![5, 5, 6], 4), Some(vec![5, 6, 7, 8]));
        assert_eq!(ascending(vec![5, 9], 3), Some(vec![5, 9, 10]));
        assert_eq!(ascending(vec![i16::MAX, i16::MAX], 2), None);
    }
}
