//! The text of a SELECT of the rows that a relation leads to, by criteria.

use std::borrow::Cow;

use diesel::QueryResult;

use super::{Count, Text, table_name};
use crate::backend::{Backend, Dialect};
use crate::criteria::Select;
use crate::entity::{Entity, EntityMeta};

/// How the rows that a relation leads to are told by the keys of their owners.
pub struct Way<B: Backend> {
    /// The columns that hold an owner's key: of the rows themselves, or of those in between.
    pub(crate) holder: &'static [usize],
    /// The rows in between.
    pub(crate) link: Option<LinkTable<B>>,
}

/// The table of the rows in between.
pub(crate) struct LinkTable<B: Backend> {
    pub(crate) meta: &'static EntityMeta,
    pub(crate) table: fn(&mut Text<B>) -> QueryResult<()>,
    /// The columns that hold the key of the row that is linked.
    pub(crate) to: &'static [usize],
}

impl<B: Backend> Text<B> {
    /// `SELECT t.a, t.b FROM t WHERE t.author_id = ? AND t.a = ?`, or with the rows in between
    /// `SELECT t.a, t.b FROM t WHERE EXISTS (SELECT 1 FROM l AS l WHERE l.book_id = ? AND l.tag_id = t.id) AND t.a = ?`:
    /// a row that is linked twice is one. The table has no other name, by which its rows could not be locked.
    pub(crate) fn select_related<E: Entity<B>>(
        &mut self,
        way: &Way<B>,
        select: &Select<E>,
        columns: impl Iterator<Item = usize>,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        self.prefix = Cow::Owned(format!("{}.", table_name::<E, B>()?));
        self.sql("SELECT ");
        self.names(columns)?;
        self.sql(" FROM ");
        self.table::<E>()?;
        self.sql(" WHERE ");
        match &way.link {
            None => self.keys(way.holder, Count::ONE, false, dialect.keyed)?,
            Some(link) => {
                self.sql("EXISTS (SELECT 1 FROM ");
                (link.table)(self)?;
                self.sql(" AS l WHERE ");
                self.of_link(link, |text| text.keys(way.holder, Count::ONE, false, dialect.keyed))?;
                self.sql(" AND ");
                self.linked(link)?;
                self.sql(")");
            }
        }
        self.and_condition(select)?;
        select.write_order(self)?;
        select.write_limit(self);
        Ok(())
    }

    /// The same for several owners, and at most so many rows of each: the rows themselves, or with rows in between those.
    ///
    /// `SELECT a, b FROM (SELECT t.a, t.b, DENSE_RANK() OVER (PARTITION BY t.author_id ORDER BY t.a, t.id) AS moored_rank FROM t
    /// AS t WHERE t.author_id IN (?, ?) AND t.a = ?) AS t WHERE moored_rank <= 3 ORDER BY moored_rank`
    ///
    /// A row that is linked twice has one rank, so that it does not count twice.
    pub(crate) fn select_of_each<E: Entity<B>>(
        &mut self,
        way: &Way<B>,
        select: &Select<E>,
        owners: usize,
        dialect: &Dialect,
    ) -> QueryResult<()> {
        let (is_limited, key) = (select.limit.is_some(), self.meta.key);
        self.prefix = Cow::Borrowed("t.");
        self.sql("SELECT ");
        if is_limited {
            self.as_of(self.meta, "", |text| text.given(way))?;
            self.sql(" FROM (SELECT ");
        }
        self.given(way)?;
        if is_limited {
            self.sql(", DENSE_RANK() OVER (PARTITION BY ");
            self.of_holder(way, |text| text.names(way.holder.iter().copied()))?;
            self.ordered(select, key)?;
            self.sql(") AS moored_rank");
        }
        self.sql(" FROM ");
        if let Some(link) = &way.link {
            (link.table)(self)?;
            self.sql(" AS l JOIN ");
        }
        self.table::<E>()?;
        self.sql(" AS t");
        if let Some(link) = &way.link {
            self.sql(" ON ");
            self.linked(link)?;
        }
        self.sql(" WHERE ");
        self.of_holder(way, |text| {
            text.sql("(");
            text.keys(way.holder, Count::Listed(owners), false, dialect.keyed)?;
            text.sql(")");
            Ok(())
        })?;
        self.and_condition(select)?;
        match select.limit {
            None => self.ordered(select, key),
            Some(limit) => {
                let offset = u64::from(select.offset.unwrap_or(0));
                let last = offset + u64::from(limit);
                self.sql(&format!(
                    ") AS t WHERE moored_rank > {offset} AND moored_rank <= {last} ORDER BY moored_rank"
                ));
                Ok(())
            }
        }
    }

    /// The columns that are given: of the rows themselves, or of those in between.
    fn given(&mut self, way: &Way<B>) -> QueryResult<()> {
        self.of_holder(way, |text| text.names(0..text.meta.columns.len()))
    }

    /// The order that is asked for; the key decides where that leaves it open.
    fn ordered<E: Entity<B>>(&mut self, select: &Select<E>, key: &[usize]) -> QueryResult<()> {
        select.write_order(self)?;
        self.sql(if select.has_order() { ", " } else { " ORDER BY " });
        self.names(key.iter().copied())
    }

    fn and_condition<E: Entity<B>>(&mut self, select: &Select<E>) -> QueryResult<()> {
        if select.has_condition() {
            self.sql(" AND ");
        }
        select.write_condition(self)
    }

    /// `l.tag_id = t.id`
    fn linked(&mut self, link: &LinkTable<B>) -> QueryResult<()> {
        let key = self.meta.key;
        self.separated(" AND ", link.to.iter().zip(key), |text, (&to, &part)| {
            text.of_link(link, |text| text.name(to))?;
            text.sql(" = ");
            text.name(part)
        })
    }

    fn of_holder(
        &mut self,
        way: &Way<B>,
        write: impl FnOnce(&mut Self) -> QueryResult<()>,
    ) -> QueryResult<()> {
        match &way.link {
            None => write(self),
            Some(link) => self.of_link(link, write),
        }
    }

    /// Names are those of the rows in between meanwhile.
    fn of_link(
        &mut self,
        link: &LinkTable<B>,
        write: impl FnOnce(&mut Self) -> QueryResult<()>,
    ) -> QueryResult<()> {
        let prefix = if self.prefix.is_empty() { "" } else { "l." };
        self.as_of(link.meta, prefix, write)
    }
}
