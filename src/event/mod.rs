//! Events: code that is called when a session writes.
//!
//! Subscribers are registered once, on the [builder](crate::OrmBuilder::subscribe), and hold for every session of the
//! [`Orm`](crate::Orm). This is the order in which they are called for one flush, and what each may do:
//!
//! | event | called | may |
//! |---|---|---|
//! | [`before_commit`](Events::before_commit) | before the last flush of a transaction, or a flush that is a transaction of its own | add work, veto |
//! | [`before_flush`](Events::before_flush) | once | add work, veto |
//! | [`before_create`](Events::before_create), [`before_update`](Events::before_update), [`before_remove`](Events::before_remove) | for each row, until no row is left that a subscriber added | change the row, add work, veto |
//! | [`on_flush`](Events::on_flush) | with the plan, before any statement | read, veto |
//! | the statements | | |
//! | [`after_create`](Events::after_create), [`after_update`](Events::after_update), [`after_remove`](Events::after_remove) | for each row, in the same transaction; what they add is planned and written as above | add work, veto |
//! | [`after_flush`](Events::after_flush) | once, in the same transaction | read, veto |
//! | [`after_commit`](Events::after_commit), [`after_rollback`](Events::after_rollback) | when the whole transaction ended so | read |
//!
//! 1. A subscriber that returns an error vetoes: the flush fails with it, and memory is as it was before the flush, without
//!    what subscribers did. Any error type is taken; one that is no [`Error`](crate::Error) is in
//!    [`Error::Vetoed`](crate::Error::Vetoed).
//! 2. Nothing flushes inside a subscriber, and `flush` does not compile there: an [`EventSession`] has no authority to.
//!    Queries see what the database has.
//! 3. Where nothing is to be written nobody is called. A savepoint that is released or rolled back ends nothing, and what
//!    became of a [lost COMMIT](crate::Error::CommitUnknown) nobody knows: no one is told.
//! 4. Statements of many rows and upserts call no subscriber of a row: no row of theirs need be in memory.
//! 5. A session without subscribers pays for none of this. With one, a flush copies the pending rows beforehand; where
//!    somebody wants to be called after a row, it takes a transaction or a savepoint.

mod subscribers;

use crate::backend::Backend;
use crate::entity::Entity;
use crate::handle::{Handle, Managed, New, Removed};
use crate::session::{EventSession, FlushPlan, InEvent, ReadSession, Reading};

use subscribers::refused;
pub(crate) use subscribers::{OfFlush, OfRow, RowEvent, Subscribers};

/// What a subscriber returns: an error of any kind is a veto.
pub type Answer = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A row that is about to be inserted: a draft, or a full value of the program's.
#[derive(Debug)]
pub enum Creation<'e, E> {
    /// What was persisted is a draft: [`draft`](crate::UnitOfWork::draft), [`edit_draft`](crate::UnitOfWork::edit_draft).
    Draft(Handle<'e, E, New>),
    /// What was persisted is the row itself, of which the database fills nothing.
    Value(Handle<'e, E, Managed>),
}

/// The subscribers that are being registered.
///
/// Several of one event are called in the order of their registration. Where one of them makes something else of a row that
/// is about to be written (withdraws it, removes it, restores it), the next hears of what is to happen now.
pub struct Events<'o, B: Backend> {
    pub(crate) subscribers: &'o mut Subscribers<B>,
}

impl<B: Backend> Events<'_, B> {
    /// Before an INSERT of a row of `E`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// use moored::event::Creation;
    ///
    /// # let library = library_with(|builder| builder
    /// .subscribe(|events| {
    ///     events.before_create::<Author>(|event, author| {
    ///         if let Creation::Draft(author) = author {
    ///             let draft = event.edit_draft(&author)?;
    ///             draft.name = draft.name.trim().to_owned();
    ///         }
    ///         Ok(())
    ///     });
    /// })
    /// # )?;
    /// # library.session(|session| {
    /// let author = session.persist(NewAuthor::new("  Octavia "))?;
    /// session.flush()?;
    /// let author = session.promote(&author)?;
    /// assert_eq!(session[&author].name, "Octavia");
    /// # Ok(()) })
    /// # }
    /// ```
    pub fn before_create<E: Entity<B>>(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>, Creation<'e, E>) -> Answer + Send + Sync + 'static,
    ) {
        self.subscribers.add::<E>(RowEvent::BeforeCreate, move |core, slot| {
            let is_draft = core.is_draft::<E>(slot);
            core.lend(InEvent(()), |event| {
                let row = match is_draft {
                    true => Creation::Draft(event.handle(slot)),
                    false => Creation::Value(event.handle(slot)),
                };
                call(event, row).map_err(refused)
            })
        });
    }

    /// Before an UPDATE of a row of `E`: it is edited, linked, computed or touched.
    ///
    /// [`original`](crate::UnitOfWork::original) and [`edited_columns`](crate::UnitOfWork::edited_columns) tell what was
    /// changed.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let library = library_with(|builder| builder
    /// .subscribe(|events| {
    ///     events.before_update::<Book>(|event, book| {
    ///         if event[&book].copies > 100 + event.original(&book).copies {
    ///             return Err("so many at once?".into());
    ///         }
    ///         Ok(())
    ///     });
    /// })
    /// # )?;
    /// # library.session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// session.edit(&book)?.copies = 1_000;
    /// assert!(matches!(session.flush(), Err(moored::Error::Vetoed { .. })));
    /// # session.discard();
    /// # Ok(()) })
    /// # }
    /// ```
    pub fn before_update<E: Entity<B>>(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>, Handle<'e, E, Managed>) -> Answer + Send + Sync + 'static,
    ) {
        self.on_row(RowEvent::BeforeUpdate, call);
    }

    /// Before a DELETE of a row of `E`. The handle can be [restored](crate::UnitOfWork::restore), and the row marked instead of
    /// deleted.
    ///
    /// A row that was removed by its [reference](crate::UnitOfWork::reference) is loaded first, with one SELECT for all of them.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let library = library_with(|builder| builder
    /// .subscribe(|events| {
    ///     events.before_remove::<Book>(|event, book| {
    ///         let book = event.restore(book)?;
    ///         event.edit(&book)?.copies = 0; // not deleted, but none is left
    ///         Ok(())
    ///     });
    /// })
    /// # )?;
    /// # library.session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// let _ = session.remove(book)?;
    /// session.flush()?; // UPDATE books SET copies = ?
    /// assert_eq!(session.select(Book::COPIES.eq(0)).all()?.len(), 1);
    /// # Ok(()) })
    /// # }
    /// ```
    pub fn before_remove<E: Entity<B>>(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>, Handle<'e, E, Removed>) -> Answer + Send + Sync + 'static,
    ) {
        self.on_row(RowEvent::BeforeRemove, call);
    }

    /// After the INSERT of a row of `E`, in its transaction: the key is known.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let library = library_with(|builder| builder
    /// .subscribe(|events| {
    ///     events.after_create::<Author>(|event, author| {
    ///         let title = format!("The life of author {}", event[&author].id);
    ///         event.persist(NewBook::new(title, &author))?;
    ///         Ok(())
    ///     });
    /// })
    /// # )?;
    /// # library.session(|session| {
    /// session.persist(NewAuthor::new("Octavia"))?;
    /// session.flush()?; // BEGIN, INSERT authors, INSERT books, COMMIT
    /// assert_eq!(session.select(Book::TITLE.eq("The life of author 2")).all()?.len(), 1);
    /// # Ok(()) })
    /// # }
    /// ```
    pub fn after_create<E: Entity<B>>(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>, Handle<'e, E, Managed>) -> Answer + Send + Sync + 'static,
    ) {
        self.on_row(RowEvent::AfterCreate, call);
    }

    /// After the UPDATE of a row of `E`, in its transaction.
    pub fn after_update<E: Entity<B>>(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>, Handle<'e, E, Managed>) -> Answer + Send + Sync + 'static,
    ) {
        self.on_row(RowEvent::AfterUpdate, call);
    }

    /// After the DELETE of a row of `E`, in its transaction. The row can still be read.
    pub fn after_remove<E: Entity<B>>(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>, Handle<'e, E, Removed>) -> Answer + Send + Sync + 'static,
    ) {
        self.on_row(RowEvent::AfterRemove, call);
    }

    /// Before a flush that has something to write.
    pub fn before_flush(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>) -> Answer + Send + Sync + 'static,
    ) {
        let call = move |event: &mut EventSession<'_, B>| call(event).map_err(refused);
        self.subscribers.before_flush.push(Box::new(move |core| core.lend(InEvent(()), &call)));
    }

    /// With the plan of a flush, before its first statement; once more for what was added after rows.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let library = library_with(|builder| builder
    /// .subscribe(|events| {
    ///     events.on_flush(|_, plan| {
    ///         let rows: usize = plan.steps().iter().map(|step| step.rows.len()).sum();
    ///         if rows > 1_000 { Err("not so much at once".into()) } else { Ok(()) }
    ///     });
    /// })
    /// # )?;
    /// # library.session(|session| {
    /// # session.persist(NewAuthor::new("Octavia"))?;
    /// # session.flush() })
    /// # }
    /// ```
    pub fn on_flush(
        &mut self,
        call: impl for<'e> Fn(&mut ReadSession<'e, B>, &FlushPlan) -> Answer + Send + Sync + 'static,
    ) {
        self.subscribers.on_flush.push(Box::new(move |core, plan| {
            core.lend(Reading(()), |event| call(event, plan).map_err(refused))
        }));
    }

    /// After a flush, in its transaction.
    pub fn after_flush(
        &mut self,
        call: impl for<'e> Fn(&mut ReadSession<'e, B>) -> Answer + Send + Sync + 'static,
    ) {
        let call = move |event: &mut ReadSession<'_, B>| call(event).map_err(refused);
        self.subscribers.after_flush.push(Box::new(move |core| core.lend(Reading(()), &call)));
    }

    /// Before the last flush of a transaction that is to be committed, and before a flush that is a transaction of its own.
    pub fn before_commit(
        &mut self,
        call: impl for<'e> Fn(&mut EventSession<'e, B>) -> Answer + Send + Sync + 'static,
    ) {
        let call = move |event: &mut EventSession<'_, B>| call(event).map_err(refused);
        self.subscribers.before_commit.push(Box::new(move |core| core.lend(InEvent(()), &call)));
    }

    /// After a commit: of a transaction, a flush outside of any, or a statement of many rows.
    ///
    /// It is too late for a veto. For something that is to be done once this very transaction is committed see
    /// [`UnitOfWork::after_commit`](crate::UnitOfWork::after_commit), which comes first; where that panics nobody is told.
    /// A transaction that was [committed early](crate::Transaction::commit) is told at its end.
    pub fn after_commit(&mut self, call: impl for<'e> Fn(&mut ReadSession<'e, B>) + Send + Sync + 'static) {
        let call = move |event: &mut ReadSession<'_, B>| call(event);
        self.subscribers.after_commit.push(Box::new(move |core| core.lend(Reading(()), &call)));
    }

    /// After a rollback of a whole transaction, or of a flush or statement outside of any. Memory is what it was before.
    ///
    /// Not told where a panic is the cause, neither then nor later.
    pub fn after_rollback(&mut self, call: impl for<'e> Fn(&mut ReadSession<'e, B>) + Send + Sync + 'static) {
        let call = move |event: &mut ReadSession<'_, B>| call(event);
        self.subscribers.after_rollback.push(Box::new(move |core| core.lend(Reading(()), &call)));
    }

    fn on_row<E: Entity<B>, S: crate::handle::State>(
        &mut self,
        event: RowEvent,
        call: impl for<'e> Fn(&mut EventSession<'e, B>, Handle<'e, E, S>) -> Answer + Send + Sync + 'static,
    ) {
        self.subscribers.add::<E>(event, move |core, slot| {
            core.lend(InEvent(()), |event| {
                let handle = event.handle(slot);
                call(event, handle).map_err(refused)
            })
        });
    }
}

impl<B: Backend> std::fmt::Debug for Events<'_, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Events<{}>", B::NAME)
    }
}
