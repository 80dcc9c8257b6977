//! The columns of a stored draft that relations of several columns set, of which two may set the same.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::Target;
use crate::model::Column;
use crate::relation::Relation;

/// What comes before the stored draft's fields: the columns that relations of several columns set, one after the other.
pub(super) fn settle_columns(entity: &Target<'_>) -> TokenStream {
    let relations: Vec<_> = entity.relations().filter(|relation| is_tangled(entity, relation)).collect();
    let columns = entity.columns.iter().filter(|column| is_settled(entity, column)).map(|column| {
        let (ty, local) = (&column.ty, settled(column));
        let unset = quote!(::moored::entity::LinkedColumn::unset());
        let value = if column.is_nullable() {
            let links = entity.relations_of(column).into_iter().map(|relation| relation.name);
            quote! {
                if #(self.#links.is_none())&&* {
                    ::moored::entity::LinkedColumn::of(::core::option::Option::None)
                } else {
                    #unset
                }
            }
        } else {
            unset
        };
        quote!(let mut #local: ::moored::entity::LinkedColumn<#ty> = #value;)
    });
    let columns: Vec<_> = columns.collect();
    let relations = relations.iter().map(|relation| settle_relation(entity, relation));
    quote!(#(#columns)* #(#relations)*)
}

/// Gives the columns of a relation the parts of the key that its link is, if it is one.
fn settle_relation(entity: &Target<'_>, relation: &Relation<'_>) -> TokenStream {
    let (index, name, target) = (relation.index, &relation.name, relation.target);
    let holder = relation.holder();
    let parts: Vec<_> = (0..relation.columns.len()).map(|part| format_ident!("__part_{part}")).collect();
    let pattern = if relation.is_composite { quote!((#(#parts,)*)) } else { quote!(#(#parts)*) };
    let agree = relation.columns.iter().zip(&parts).map(|(column, part)| {
        if entity.is_linked(column) {
            let local = settled(column);
            quote!(#local.settle(#part))
        } else {
            let field = &column.field;
            quote!((self.#field == #part))
        }
    });
    let take = |link: TokenStream| {
        quote! {
            if let ::core::option::Option::Some(__key) = __links.put::<#target>(#index, #link) {
                let #pattern = #holder::from_key(&__key);
                __links.agree(#index, #(#agree)&*);
            }
        }
    };
    if relation.is_nullable() {
        let take = take(quote!(__link));
        quote!(if let ::core::option::Option::Some(__link) = self.#name { #take })
    } else {
        take(quote!(self.#name))
    }
}

/// Whether a relation of several columns sets the column.
pub(super) fn is_settled(entity: &Target<'_>, column: &Column) -> bool {
    entity.is_linked(column) && entity.relations_of(column).iter().any(|relation| relation.is_composite)
}

/// Whether a relation has several columns, or one that another sets as well.
fn is_tangled(entity: &Target<'_>, relation: &Relation<'_>) -> bool {
    relation.is_composite || relation.columns.iter().any(|column| is_settled(entity, column))
}

pub(super) fn settled(column: &Column) -> Ident {
    format_ident!("__column_{}", column.index)
}
