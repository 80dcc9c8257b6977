//! `connection`, `connection_for`: plain Diesel on the session's own connection.

use crate::backend::Backend;
use crate::entity::{Entity, Model};
use crate::error::Result;
use crate::schema::Outline;
use crate::session::{FlushAuthority, FlushMode, UnitOfWork};
use crate::statement::{database, table_name};

impl<B: Backend, A: ?Sized> UnitOfWork<'_, B, A> {
    /// The session's own connection, inside its transaction if one is open, for plain Diesel.
    ///
    /// What is pending is flushed first, since any statement may read it, except in [`FlushMode::Commit`];
    /// [`connection_for`](Self::connection_for) flushes for some tables alone. What plain Diesel writes is not seen by rows that are in memory: `refresh` them.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let book = session.find::<Book>(1)?.required()?;
    /// diesel::update(books::table).set(books::copies.eq(0)).execute(session.connection()?)?;
    /// session.refresh(&book)?;
    /// assert_eq!(session[&book].copies, 0);
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NoConnection`](crate::Error::NoConnection), and what the flush returns.
    pub fn connection(&mut self) -> Result<&mut B::Connection>
    where
        A: FlushAuthority,
    {
        if self.core.flush_mode != FlushMode::Commit {
            self.core.flush()?;
        }
        self.core.note_write();
        self.core.connection()
    }

    /// The connection for plain Diesel that touches the tables of these entities and no other: one entity, or a tuple of
    /// them.
    ///
    /// What is pending is flushed first if a row of one of those tables is changed; [`FlushMode::Always`] flushes in any case
    /// and [`FlushMode::Commit`] in none. Views, triggers and foreign keys may lead to further tables: name those, too.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> { in_session(|session| {
    /// let ursula = session.find::<Author>(1)?.required()?;
    /// session.edit(&ursula)?.name = "Ursula K. Le Guin".into();
    /// let sold = diesel::sql_query("UPDATE books SET copies = copies - 1");
    /// sold.execute(session.connection_for::<Book>()?)?; // no author is written for it
    /// assert!(session.has_changes());
    /// session.connection_for::<(Author, Book)>()?; // now she is
    /// assert!(!session.has_changes());
    /// # Ok(())
    /// # }) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`connection`](Self::connection).
    pub fn connection_for<T: Tables<B>>(&mut self) -> Result<&mut B::Connection>
    where
        A: FlushAuthority,
    {
        self.core.flush_before(None, || {
            let mut names = String::new();
            T::name_tables(&mut names)?;
            Ok(names)
        })?;
        self.core.note_write();
        self.core.connection()
    }
}

/// The tables of entities: of one, or of a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no tables of `{B}`",
    label = "expected an entity, or a tuple of up to eight of them"
)]
pub trait Tables<B: Backend> {
    /// Adds the tables' names, separated.
    #[doc(hidden)]
    fn name_tables(names: &mut String) -> Result<()>;

    /// Adds what the entities say of their tables.
    #[doc(hidden)]
    fn outline(outlines: &mut Vec<Outline<B>>) -> Result<()>;
}

#[diagnostic::do_not_recommend]
impl<B: Backend, E: Model + Entity<B>> Tables<B> for E {
    fn name_tables(names: &mut String) -> Result<()> {
        names.push_str(&table_name::<E, B>().map_err(database::<B>)?);
        names.push(' ');
        Ok(())
    }

    fn outline(outlines: &mut Vec<Outline<B>>) -> Result<()> {
        outlines.push(<E as Entity<B>>::outline().map_err(database::<B>)?);
        Ok(())
    }
}

macro_rules! tables_of_tuple {
    ($($name:ident)+) => {
        impl<DB: Backend, $($name: Tables<DB>),+> Tables<DB> for ($($name,)+) {
            fn name_tables(names: &mut String) -> Result<()> {
                $($name::name_tables(names)?;)+
                Ok(())
            }

            fn outline(outlines: &mut Vec<Outline<DB>>) -> Result<()> {
                $($name::outline(outlines)?;)+
                Ok(())
            }
        }
    };
}

tables_of_tuple!(A);
tables_of_tuple!(A B);
tables_of_tuple!(A B C);
tables_of_tuple!(A B C D);
tables_of_tuple!(A B C D E);
tables_of_tuple!(A B C D E F);
tables_of_tuple!(A B C D E F G);
tables_of_tuple!(A B C D E F G H);
