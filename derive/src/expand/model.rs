//! `impl Model`: what is known of the entity whatever the database.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Target, tuple};

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let (ident, record, table) = (&entity.ident, entity.record(), entity.table);
    let draft = entity.draft_type();
    let columns = tuple(entity.columns.iter().map(|column| entity.column_of(column)));
    let key_columns = tuple(entity.keys().map(|column| entity.column_of(column)));
    let key = entity.key_type();
    let returned = tuple(entity.returned().iter().map(|column| &column.ty));
    let with_key = with_key(entity);
    let changes = changes(entity);
    let copies = entity.columns.iter().map(|column| {
        let (index, field) = (column.index, &column.field);
        quote! {
            if __set.contains(#index) {
                self.#field = ::core::clone::Clone::clone(&__from.#field);
            }
        }
    });
    let advance = match entity.version() {
        Some(column) => {
            let (field, ty) = (&column.field, &column.ty);
            quote! {
                match <#ty as ::moored::entity::Version>::next(&self.#field) {
                    ::core::option::Option::Some(__next) => {
                        self.#field = __next;
                        true
                    }
                    ::core::option::Option::None => false,
                }
            }
        }
        None => quote!(true),
    };
    let fill = fill(entity);
    let returned_key = returned_key(entity);
    let to_draft = super::draft::from_record(entity);
    quote! {
        #[automatically_derived]
        impl ::moored::entity::Model for #ident {
            type Table = #table::table;
            type Columns = #columns;
            type KeyColumns = #key_columns;
            type Key = #key;
            type Draft<'s> = #draft;
            type Record = #record;
            type Returned = #returned;

            fn meta() -> &'static ::moored::entity::EntityMeta {
                &__META
            }

            fn columns() -> Self::Columns {
                #columns
            }

            fn key_columns() -> Self::KeyColumns {
                #key_columns
            }

            fn with_key<__R>(&self, __f: impl ::core::ops::FnOnce(&Self::Key) -> __R) -> __R {
                #with_key
            }

            fn changes(&self, __base: &Self) -> ::moored::entity::ColumnSet {
                #changes
            }

            fn copy_columns(&mut self, __from: &Self, __set: ::moored::entity::ColumnSet) {
                #(#copies)*
            }

            fn advance_version(&mut self) -> bool {
                #advance
            }

            fn fill(&mut self, __returned: Self::Returned) {
                #fill
            }

            fn returned_key(__returned: &Self::Returned) -> ::core::option::Option<Self::Key> {
                #returned_key
            }

            fn draft<'s>(
                __record: Self::Record,
                __links: &mut ::moored::entity::Links<'s>,
            ) -> Self::Draft<'s> {
                #to_draft
            }
        }
    }
}

fn with_key(entity: &Target<'_>) -> TokenStream {
    let parts = entity.keys().map(|column| &column.field);
    match entity.single_key() {
        Some(column) => {
            let field = &column.field;
            quote!(__f(&self.#field))
        }
        None => quote!(__f(&(#(::core::clone::Clone::clone(&self.#parts),)*))),
    }
}

fn changes(entity: &Target<'_>) -> TokenStream {
    let tests = entity.columns.iter().map(|column| {
        let (index, field, ty) = (column.index, &column.field, &column.ty);
        quote! {
            if !::moored::entity::Compared::<#ty>::new().same(&self.#field, &__base.#field) {
                __changed.insert(#index);
            }
        }
    });
    quote! {
        #[allow(unused_imports, reason = "an entity of floats alone needs no comparison by value")]
        use ::moored::entity::CompareByValue as _;
        let mut __changed = ::moored::entity::ColumnSet::EMPTY;
        #(#tests)*
        __changed
    }
}

fn fill(entity: &Target<'_>) -> TokenStream {
    let returned = entity.returned();
    let names: Vec<_> = returned.iter().map(|column| format_ident!("__column_{}", column.index)).collect();
    let fields = returned.iter().map(|column| &column.field);
    quote! {
        let (#(#names,)*) = __returned;
        #(self.#fields = #names;)*
    }
}

fn returned_key(entity: &Target<'_>) -> TokenStream {
    let returned = entity.returned();
    let places = entity.keys().filter_map(|key| returned.iter().position(|column| column.index == key.index));
    let mut parts: Vec<_> = places
        .map(|place| {
            let place = syn::Index::from(place);
            quote!(::core::clone::Clone::clone(&__returned.#place))
        })
        .collect();
    match (parts.len(), entity.single_key()) {
        (0, _) => quote!(::core::option::Option::None),
        (_, Some(_)) => {
            let part = parts.remove(0);
            quote!(::core::option::Option::Some(#part))
        }
        _ => quote!(::core::option::Option::Some((#(#parts,)*))),
    }
}
