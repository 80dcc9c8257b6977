//! `impl References` for the row and for its stored draft.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{Target, at};
use crate::model::{Column, Relation};

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let row = implement(entity, &Place::Row);
    let record = implement(entity, &Place::Record);
    let helper = entity.relations().next().map(|_| {
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
    let visits = entity.relations().map(|relation| visit(&relation, place));
    let sets = entity.relations().map(|relation| set(&relation, place));
    let uniques = entity.uniques.iter().enumerate().map(|(index, set)| {
        let set = entity.columns_of(set);
        let values = set.iter().map(|column| unique_part(column, place));
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

fn visit(relation: &Relation<'_>, place: &Place) -> TokenStream {
    let (index, field, ty, target) =
        (relation.index, &relation.column.field, &relation.column.ty, relation.target);
    let to_key = quote!(<#ty as ::moored::entity::ForeignKey<#target>>::to_key);
    let key = match place {
        Place::Row => quote!(#to_key(&self.#field)),
        Place::Record => quote!(self.#field.get().and_then(#to_key)),
    };
    quote! {
        #index => {
            if let ::core::option::Option::Some(__key) = #key {
                __visit(::core::any::TypeId::of::<#target>(), &__key);
            }
        }
    }
}

fn set(relation: &Relation<'_>, place: &Place) -> TokenStream {
    let (index, field, ty, target) =
        (relation.index, &relation.column.field, &relation.column.ty, relation.target);
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

/// A column's value within a unique set; leaves the function where there is none.
fn unique_part(column: &Column, place: &Place) -> TokenStream {
    let (field, at) = (&column.field, at(&column.ty));
    let value = match place {
        Place::Record if !column.is_stored() => return quote!(return ::core::option::Option::None),
        Place::Record if column.belongs_to.is_some() => {
            quote_spanned!(at=> ::core::clone::Clone::clone(self.#field.get()?))
        }
        Place::Record if column.default.is_some() => {
            quote_spanned!(at=> ::core::clone::Clone::clone(self.#field.as_ref()?))
        }
        _ => quote_spanned!(at=> ::core::clone::Clone::clone(&self.#field)),
    };
    if column.is_nullable() { quote_spanned!(at=> #value?) } else { value }
}
