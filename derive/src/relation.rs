//! Relations, wherever they are declared: which columns they have, share, set in a draft and set NULL.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::diagnostics::list;
use crate::model::{Column, Entity};

/// One or more columns that hold the key of another row.
#[derive(Clone)]
pub(crate) struct Relation<'a> {
    pub(crate) index: usize,
    pub(crate) name: Ident,
    /// `BookAuthor`
    pub(crate) type_name: Ident,
    pub(crate) target: &'a Type,
    /// In the order of the key's parts.
    pub(crate) columns: Vec<&'a Column>,
    pub(crate) deferred: bool,
    /// Whether it is declared on the struct, and so holds a key of several parts.
    pub(crate) is_composite: bool,
}

impl<'a> Relation<'a> {
    /// Whether the row may refer to nothing: a NULL in any column says so.
    pub(crate) fn is_nullable(&self) -> bool {
        self.columns.iter().any(|column| column.is_nullable())
    }

    pub(crate) fn covers(&self, column: &Column) -> bool {
        self.columns.iter().any(|own| own.index == column.index)
    }

    /// The field's type, or the tuple of the fields' types, as what holds a key of the target. A tuple that does not is
    /// shown where the target is named.
    pub(crate) fn holder(&self) -> TokenStream {
        let (target, types) = (self.target, self.columns.iter().map(|column| &column.ty));
        if self.is_composite {
            let at = Span::call_site().located_at(target.span());
            quote_spanned!(at=> <(#(#types,)*) as ::moored::entity::CompositeForeignKey<#target>>)
        } else {
            quote!(<#(#types)* as ::moored::entity::ForeignKey<#target>>)
        }
    }

    /// The fields, as the documentation names them.
    pub(crate) fn fields(&self) -> String {
        list(self.columns.iter().map(|column| column.plain_name()))
    }
}

impl Entity {
    /// The relations, numbered in the order of the fields; those of several columns follow as they are declared.
    pub(crate) fn relations(&self) -> impl Iterator<Item = Relation<'_>> {
        let on_fields = self.columns.iter().filter_map(|column| {
            let (name, target) = (column.relation_name()?, column.belongs_to.as_ref()?);
            let deferred = column.deferred.is_some();
            let type_name = self.relation_type(&name, column.type_name.as_ref());
            let columns = vec![column];
            Some(Relation { index: 0, name, type_name, target, columns, deferred, is_composite: false })
        });
        let on_struct = self.composites.iter().filter_map(|composite| {
            let columns = composite.fields.iter().filter_map(|field| self.column(field)).collect();
            let (name, target, deferred) =
                (composite.name.clone()?, &composite.target, composite.deferred.is_some());
            let type_name = self.relation_type(&name, composite.type_name.as_ref());
            Some(Relation { index: 0, name, type_name, target, columns, deferred, is_composite: true })
        });
        on_fields.chain(on_struct).enumerate().map(|(index, relation)| Relation { index, ..relation })
    }

    /// `BookAuthor`, or what the struct says.
    pub(crate) fn relation_type(&self, name: &Ident, said: Option<&Ident>) -> Ident {
        said.cloned().unwrap_or_else(|| {
            let mut camel = self.ident.unraw().to_string();
            for word in name.unraw().to_string().split('_') {
                let mut letters = word.chars();
                camel.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                camel.push_str(letters.as_str());
            }
            Ident::new(&camel, name.span())
        })
    }

    /// The relations that a column is of.
    pub(crate) fn relations_of(&self, column: &Column) -> Vec<Relation<'_>> {
        self.relations().filter(|relation| relation.covers(column)).collect()
    }

    /// Whether links set the column of a draft, so that the caller cannot: it is of a relation that every row has, or
    /// NULL says that a row has none. Another column that a relation may lack is supplied whether it has the relation or
    /// not.
    pub(crate) fn is_linked(&self, column: &Column) -> bool {
        let relations = self.relations_of(column);
        let required = relations.iter().any(|relation| !relation.is_nullable());
        required || (column.is_nullable() && !relations.is_empty())
    }

    /// The column of a draft in whose place a relation stands: the first that it alone sets, or the first that it sets.
    pub(crate) fn place_of(&self, relation: &Relation<'_>) -> Option<usize> {
        let linked = relation.columns.iter().filter(|column| self.is_linked(column));
        let first = linked.min_by_key(|column| (self.relations_of(column).len() > 1, column.index));
        first.map(|column| column.index)
    }

    /// The columns that are set NULL where a relation is to refer to nothing: those that no other relation has, as far
    /// as there are any.
    pub(crate) fn released<'a>(&self, relation: &Relation<'a>) -> Vec<&'a Column> {
        let nullable = relation.columns.iter().copied().filter(|column| column.is_nullable());
        let (own, shared): (Vec<_>, Vec<_>) =
            nullable.partition(|column| self.relations_of(column).len() == 1);
        if own.is_empty() { shared } else { own }
    }

    /// Whether at most one row refers to the same row: the columns contain the key or a unique set.
    pub(crate) fn is_to_one(&self, relation: &Relation<'_>) -> bool {
        let mut sets = self.uniques.iter().map(|set| self.columns_of(set));
        let within =
            |set: Vec<&Column>| !set.is_empty() && set.into_iter().all(|column| relation.covers(column));
        within(self.keys().collect()) || sets.any(within)
    }
}
