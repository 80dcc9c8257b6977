//! `impl References` for the row and for its stored draft.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::{Target, at};
use crate::model::Column;
use crate::relation::Relation;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let row = implement(entity, &Place::Row);
    let record = implement(entity, &Place::Record);
    let helper = entity.relations().find(|relation| !relation.is_composite).map(|_| {
        quote! {
            /// What a field must hold to refer to that key; `None` when it cannot.
            fn __referring<__P, __T>(
                __key: ::core::option::Option<&dyn ::core::any::Any>,
            ) -> ::core::option::Option<__T>
            where
                __P: ::moored::entity::Model,
                __T: ::moored::entity::ForeignKey<__P>,
            {
                match __key {
                    ::core::option::Option::Some(__key) => __key
                        .downcast_ref::<<__P as ::moored::entity::Model>::Key>()
                        .map(<__T as ::moored::entity::ForeignKey<__P>>::from_key),
                    ::core::option::Option::None => <__T as ::moored::entity::ForeignKey<__P>>::nothing(),
                }
            }
        }
    });
    quote!(#helper #row #record)
}

/// Where the values are: the two differ in how a column is read and set.
enum Place {
    Row,
    Record,
}

fn implement(entity: &Target<'_>, place: &Place) -> TokenStream {
    let name = match place {
        Place::Row => entity.ident.clone(),
        Place::Record => entity.record(),
    };
    let visits = entity.relations().map(|relation| visit(entity, &relation, place));
    let sets = entity.relations().map(|relation| set(entity, &relation, place));
    let uniques = entity.uniques.iter().enumerate().map(|(index, set)| {
        let set = entity.columns_of(set);
        let values = set.iter().map(|column| unique_part(entity, column, place));
        let at = set.first().map_or_else(Span::call_site, |column| at(&column.ty));
        let value = quote_spanned!(at=> ::moored::entity::UniqueKey::new((#(#values,)*)));
        quote!(#index => ::core::option::Option::Some(#value),)
    });
    quote! {
        #[automatically_derived]
        impl ::moored::entity::References for #name {
            fn visit_reference(
                &self,
                __relation: usize,
                __visit: &mut dyn ::core::ops::FnMut(::core::any::TypeId, &dyn ::core::any::Any),
            ) {
                match __relation {
                    #(#visits)*
                    _ => {}
                }
            }

            fn set_reference(
                &mut self,
                __relation: usize,
                __key: ::core::option::Option<&dyn ::core::any::Any>,
            ) -> bool {
                match __relation {
                    #(#sets)*
                    _ => false,
                }
            }

            #[allow(unreachable_code, reason = "a set with a column that the database makes has no value in a draft")]
            fn unique_value(&self, __set: usize) -> ::core::option::Option<::moored::entity::UniqueKey> {
                match __set {
                    #(#uniques)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}

fn visit(entity: &Target<'_>, relation: &Relation<'_>, place: &Place) -> TokenStream {
    let (index, target) = (relation.index, relation.target);
    let holder = relation.holder();
    let to_key = quote!(#holder::to_key);
    let key = match (relation.columns.as_slice(), place) {
        ([column], Place::Row) if !relation.is_composite => {
            let field = &column.field;
            quote!(#to_key(&self.#field))
        }
        ([column], Place::Record) if !relation.is_composite => {
            let field = &column.field;
            quote!(self.#field.get().and_then(#to_key))
        }
        (_, place) => composite_key(entity, relation, &quote!(self), matches!(place, Place::Record)),
    };
    quote! {
        #index => {
            if let ::core::option::Option::Some(__key) = #key {
                __visit(::core::any::TypeId::of::<#target>(), &__key);
            }
        }
    }
}

/// The key that several fields of `of`, a row or a stored draft, hold together.
pub(super) fn composite_key(
    entity: &Target<'_>,
    relation: &Relation<'_>,
    of: &TokenStream,
    is_record: bool,
) -> TokenStream {
    let holder = relation.holder();
    let values = relation.columns.iter().map(|column| {
        let field = &column.field;
        if is_record && entity.is_linked(column) {
            quote!(::core::clone::Clone::clone(#of.#field.get()?))
        } else {
            quote!(::core::clone::Clone::clone(&#of.#field))
        }
    });
    quote! {
        (|| #holder::to_key(&(#(#values,)*)))()
    }
}

fn set(entity: &Target<'_>, relation: &Relation<'_>, place: &Place) -> TokenStream {
    let [column] = relation.columns.as_slice() else { return set_several(entity, relation, place) };
    let (index, field, ty, target) = (relation.index, &column.field, &column.ty, relation.target);
    let value = match place {
        Place::Row => quote!(__value),
        Place::Record => quote!(::moored::entity::LinkedColumn::of(__value)),
    };
    let value_of = quote_spanned!(at(ty)=> __referring::<#target, #ty>);
    quote! {
        #index => match #value_of(__key) {
            ::core::option::Option::Some(__value) => {
                self.#field = #value;
                true
            }
            ::core::option::Option::None => false,
        },
    }
}

/// Of a stored draft, what the caller supplies is not set: the key has to agree with it.
fn set_several(entity: &Target<'_>, relation: &Relation<'_>, place: &Place) -> TokenStream {
    let (index, target) = (relation.index, relation.target);
    let holder = relation.holder();
    let parts: Vec<_> = (0..relation.columns.len()).map(|part| format_ident!("__part_{part}")).collect();
    let (mut checks, mut sets) = (Vec::new(), Vec::new());
    for (column, part) in relation.columns.iter().zip(&parts) {
        let field = &column.field;
        match place {
            Place::Row => sets.push(quote!(self.#field = #part;)),
            Place::Record if entity.is_linked(column) => {
                sets.push(quote!(self.#field = ::moored::entity::LinkedColumn::of(#part);));
            }
            Place::Record => checks.push(quote! {
                if self.#field != #part {
                    return false;
                }
            }),
        }
    }
    let nothing = nothing(entity, relation, place);
    let takes_nothing = relation.is_nullable();
    let from_key = quote_spanned!(at(target)=> #holder::from_key);
    quote! {
        #index => match __key {
            ::core::option::Option::Some(__key) => {
                let ::core::option::Option::Some(__key) = __key.downcast_ref::<<#target as ::moored::entity::Model>::Key>() else {
                    return false;
                };
                let (#(#parts,)*) = #from_key(__key);
                #(#checks)*
                #(#sets)*
                true
            }
            ::core::option::Option::None => {
                #nothing
                #takes_nothing
            }
        },
    }
}

/// Makes a relation of several columns refer to nothing.
fn nothing(entity: &Target<'_>, relation: &Relation<'_>, place: &Place) -> TokenStream {
    let released = entity.released(relation);
    let is_released = |column: &Column| released.iter().any(|own| own.index == column.index);
    let sets = relation.columns.iter().filter(|column| column.is_nullable()).filter_map(|column| {
        let field = &column.field;
        match (is_released(column), place) {
            (true, Place::Row) => Some(quote!(self.#field = ::core::option::Option::None;)),
            (true, Place::Record) => Some(quote! {
                self.#field = ::moored::entity::LinkedColumn::of(::core::option::Option::None);
            }),
            (false, Place::Row) => None,
            // Another relation of the draft may still set it; if none does it is NULL.
            (false, Place::Record) => Some(quote!(let _ = self.#field.settle(::core::option::Option::None);)),
        }
    });
    quote!(#(#sets)*)
}

/// A column's value within a unique set; leaves the function where there is none.
fn unique_part(entity: &Target<'_>, column: &Column, place: &Place) -> TokenStream {
    let (field, at) = (&column.field, at(&column.ty));
    let value = match place {
        Place::Record if !column.is_stored() => return quote!(return ::core::option::Option::None),
        Place::Record if entity.is_linked(column) => {
            quote_spanned!(at=> ::core::clone::Clone::clone(self.#field.get()?))
        }
        Place::Record if column.default.is_some() => {
            quote_spanned!(at=> ::core::clone::Clone::clone(self.#field.as_ref()?))
        }
        _ => quote_spanned!(at=> ::core::clone::Clone::clone(&self.#field)),
    };
    if column.is_nullable() { quote_spanned!(at=> #value?) } else { value }
}
