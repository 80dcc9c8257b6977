//! `verify` and `differences`: the schema of the database against what entities declare of it.

use hashbrown::HashMap;

use super::Orm;
use crate::backend::{Backend, LiveTable, TableName};
use crate::error::{Error, Result};
use crate::schema::{Difference, Known, compare};
use crate::session::Tables;
use crate::statement::database;

impl<B: Backend> Orm<B> {
    /// Compares entities with the tables of the database, as they are now: one entity, or a tuple of up to eight, of which
    /// each can be a tuple again. Name all that the program writes: a foreign key counts where both of its ends are named.
    ///
    /// Say it when a program starts, after its migrations, or in a test: what would fail at the first row that meets it is
    /// found at once, and all of it together. See [`Drift`](crate::schema::Drift) for what is compared.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// orm.verify::<(Author, Book)>()?;
    ///
    /// orm.with_connection(|connection| {
    ///     diesel::sql_query("CREATE UNIQUE INDEX titles ON books (title)").execute(connection)?;
    ///     Ok(())
    /// })?;
    /// let error = orm.verify::<(Author, Book)>().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the database is not as its entities declare it:\n\
    ///      - Book: (title) of books is unique by titles, and not declared so"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] with all differences, and what the database reports.
    pub fn verify<E: Tables<B>>(&self) -> Result<()> {
        let differences = self.differences::<E>()?;
        if differences.is_empty() { Ok(()) } else { Err(Error::Schema { differences: differences.into() }) }
    }

    /// What [`verify`](Self::verify) finds, as a list: for a program that lets a difference pass, such as a relation without a
    /// foreign key, or a column that a trigger fills.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctest.rs"));
    /// use moored::schema::Drift;
    ///
    /// # fn main() -> moored::Result<()> {
    /// # let orm = library()?;
    /// let mut differences = orm.differences::<(Author, Book)>()?;
    /// differences.retain(|difference| !matches!(difference.drift, Drift::NoForeignKey { relation: "editor", .. }));
    /// assert!(differences.is_empty(), "{differences:?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the database reports.
    pub fn differences<E: Tables<B>>(&self) -> Result<Vec<Difference>> {
        let mut outlines = Vec::new();
        E::outline(&mut outlines)?;
        let mut checkout = self.connections.check_out()?;
        let connection = checkout.connection();
        let mut tables: HashMap<TableName, Option<LiveTable>> = HashMap::new();
        for outline in &outlines {
            let declared = &outline.declared;
            let left = declared.left.iter().map(|left| &left.table);
            for table in [&declared.table].into_iter().chain(left) {
                if !tables.contains_key(table) {
                    let live = B::live_table(&self.connections.database.source, connection, table);
                    tables.insert(table.clone(), live.map_err(database::<B>)?);
                }
            }
        }
        let entities: Vec<_> = outlines.iter().map(|outline| &outline.declared).collect();
        let live = |table: &TableName| tables.get(table).and_then(Option::as_ref);
        let known = Known { dialect: self.connections.database.dialect, entities: &entities, tables: &live };
        let mut differences = Vec::new();
        for outline in &outlines {
            let types = B::types(connection, outline.types);
            let columns = outline.declared.meta.columns.iter().zip(types);
            let fits: Vec<bool> = columns
                .map(|(column, declared)| {
                    let found = live(&outline.declared.table).and_then(|table| table.column(column.name));
                    found
                        .is_none_or(|found| declared.is_none_or(|declared| B::fits(column, &declared, found)))
                })
                .collect();
            differences.extend(compare(&known, &outline.declared, &fits));
        }
        Ok(differences)
    }
}
