//! `flush`, `plan`, `discard`: what only a flush authority may do, and looking ahead.

use crate::backend::Backend;
use crate::error::Result;
use crate::session::{FlushAuthority, FlushMode, FlushPlan, UnitOfWork};

impl<B: Backend, A: ?Sized> UnitOfWork<'_, B, A> {
    /// What the next flush would do, step by step, without doing it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// session.persist(NewBook::new("The Dispossessed", &ursula))?;
    /// session.edit(&ursula)?.email = Some("ursula@example.org".into());
    /// let plan = session.plan()?.to_string();
    /// assert_eq!(plan, "1. UPDATE Author (email) × 1: 1\n2. INSERT Book (title, author_id, editor_id) × 1: new 0\n");
    /// session.discard();
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// What the flush would find wrong before its first statement: a changed key, a relation to a removed row, rows
    /// that require each other in a circle.
    pub fn plan(&self) -> Result<FlushPlan> {
        self.core.plan()
    }

    /// Whether anything was persisted, edited or removed that a flush would write.
    pub fn has_changes(&self) -> bool {
        self.core.map.unflushed().is_some()
    }

    /// Sets when queries flush by themselves, from here to the end of this session, transaction or scope.
    pub fn set_flush_mode(&mut self, mode: FlushMode)
    where
        A: FlushAuthority,
    {
        self.core.flush_mode = mode;
    }
}

impl<B: Backend, A: ?Sized> UnitOfWork<'_, B, A> {
    /// Writes what is pending: inserts parents first, updates of changed columns, deletes children first, in one
    /// transaction, or in one savepoint inside a transaction. Nothing pending is no SQL at all.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// let email = Some("shared@example.org".to_owned());
    /// session.edit(&ursula)?.email = email.clone();
    /// let twin = session.persist(NewAuthor::new("Twin").email("shared@example.org"))?;
    ///
    /// let error = session.flush().unwrap_err();
    /// assert_eq!(error.failure().map(|failure| failure.kind), Some(moored::backend::FailureKind::Unique));
    ///
    /// session.edit_draft(&twin)?.email = None; // both are still pending: put the cause right
    /// session.flush()?;
    /// assert_eq!(session[&ursula].email, email);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that can be wrong with the work, [`Stale`](crate::Error::Stale), and what the database reports. Then
    /// nothing is written, and memory is as it was before: drafts are still new, edits and removals still pending,
    /// versions and keys not moved. Put the cause right and flush again.
    pub fn flush(&mut self) -> Result<()>
    where
        A: FlushAuthority,
    {
        self.core.flush()
    }

    /// Gives up everything that is pending here: edits go back, drafts are forgotten, removals are cancelled.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// session.edit(&ursula)?.name = "Nobody".into();
    /// session.discard();
    /// assert_eq!(session[&ursula].name, "Ursula");
    /// # Ok(())
    /// # }) }
    /// ```
    pub fn discard(&mut self)
    where
        A: FlushAuthority,
    {
        self.core.map.discard();
        self.core.levels.discard();
    }
}
