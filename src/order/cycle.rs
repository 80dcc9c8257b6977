//! The error for rows that wait for each other and cannot be written in parts.

use std::fmt;

use super::edges::Edge;
use super::{Cause, Work, WriteId};
use crate::entity::EntityMeta;

/// Rows wait for each other, and no column of theirs can be NULL for a while.
///
/// Make one of the foreign keys that it names nullable, or its constraint deferrable and initially deferred, or save
/// in two flushes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("rows wait for each other: {}", Path(.path))]
pub struct Cycle {
    /// From a row by what it waits for to the next row, and from the last back to the first.
    pub path: Vec<Link>,
}

/// One row of a [`Cycle`] and what leads on from it.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The row.
    pub row: WriteId,
    /// Its entity.
    pub entity: &'static EntityMeta,
    /// Why the row waits for the next one.
    pub cause: Cause,
    /// The entity that holds the foreign key, where it is the next row's and not this one's.
    pub held_by: Option<&'static EntityMeta>,
}

impl Cycle {
    /// From the edges of a cycle, each `before` being the next one's `after`.
    ///
    /// The path starts at the row that comes first in the work. Where each row is deleted before the one it refers
    /// to, it runs along the foreign keys and not against them, for that is how a schema is read.
    pub(super) fn new(work: &Work, edges: &[Edge]) -> Self {
        let along = edges.iter().all(|edge| matches!(edge.cause, Cause::Referred { .. }));
        let mut path: Vec<Link> = edges
            .iter()
            .map(|&Edge { before, after, cause }| {
                let row = if along { before } else { after };
                let against = !along && matches!(cause, Cause::Referred { .. });
                let held_by = against.then(|| work.write(before).entity);
                Link { row, entity: work.write(row).entity, cause, held_by }
            })
            .collect();
        if along {
            path.reverse();
        }
        let first = path.iter().enumerate().min_by_key(|(_, link)| link.row).map_or(0, |(place, _)| place);
        path.rotate_left(first);
        Self { path }
    }
}

struct Path<'a>(&'a [Link]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for link in self.0 {
            write!(f, "{link} -> ")?;
        }
        self.0.first().map_or(Ok(()), |first| f.write_str(first.entity.name))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.held_by {
            Some(holder) => write!(f, "{} (of {})", self.entity.name, self.cause.of(holder)),
            None => write!(f, "{}", self.cause.of(self.entity)),
        }
    }
}

impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        let held_by = |link: &Self| link.held_by.map(std::ptr::from_ref);
        std::ptr::eq(self.entity, other.entity)
            && (self.row, self.cause) == (other.row, other.cause)
            && held_by(self) == held_by(other)
    }
}
