//! `expect_version`: whether a row still is what somebody saw of it outside of any session.

use crate::backend::Backend;
use crate::entity::{Entity, Versioned};
use crate::error::{Error, Result, RowName};
use crate::handle::{Handle, Live};
use crate::identity::{Slot, Status};
use crate::session::UnitOfWork;

impl<'s, B: Backend, A: ?Sized> UnitOfWork<'s, B, A> {
    /// Compares the version of a row with the one that somebody saw, in a form or through an API. No SQL, and no state
    /// changes.
    ///
    /// The version in memory is compared. A flush compares that one with the database's, so from the form to the
    /// UPDATE or DELETE no other writer goes unnoticed. The version of a time has microseconds: send all of them.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let library = library()?;
    /// let rename = |version, name: &str| {
    ///     library.session(|session| {
    ///         let author = session.find::<Author>(1)?.required()?;
    ///         session.expect_version(&author, version)?;
    ///         session.edit(&author)?.name = name.into();
    ///         session.flush()
    ///     })
    /// };
    /// let seen = 1; // two browsers show the author at this version
    /// rename(seen, "Ursula K. Le Guin")?;
    /// assert!(matches!(rename(seen, "U. K. Le Guin"), Err(moored::Error::Stale(_))));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Stale`](Error::Stale) when the versions differ, after a flush of this very session too. To run the same again
    /// does not help: show the row as it is now. [`NotWritten`](Error::NotWritten) when the row is not inserted yet,
    /// [`Removed`](Error::Removed) or [`Detached`](Error::Detached) when that was done through another handle.
    pub fn expect_version<E, S: Live>(&self, handle: &Handle<'s, E, S>, version: E::Version) -> Result<()>
    where
        E: Entity<B> + Versioned,
    {
        let slot = self.own(handle)?;
        let not_written = || Error::NotWritten { entity: E::meta().name };
        let arena = self.core.map.arena::<E>().ok_or_else(not_written)?;
        arena.check_editable(slot)?;
        match arena.slot(slot) {
            Some(Slot::Row(row)) if row.status == Status::Stored => {
                let base = row.base();
                if *base.version() == version {
                    Ok(())
                } else {
                    Err(Error::Stale(RowName::new(E::meta(), &base.key())))
                }
            }
            _ => Err(not_written()),
        }
    }
}
