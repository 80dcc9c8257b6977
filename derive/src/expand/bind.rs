//! `impl Bind` for the row and for its stored draft: every column by its number.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Target, mistake};
use crate::model::Column;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let row = entity.columns.iter().map(|column| {
        let field = &column.field;
        (column, quote!(&self.#field), None)
    });
    let record = entity.columns.iter().filter(|c| c.is_stored()).map(|column| {
        let field = &column.field;
        if entity.is_linked(column) {
            (column, quote!(self.#field.get()), Some("has no key yet"))
        } else if column.default.is_some() {
            (column, quote!(self.#field.as_ref()), Some("is left to the database"))
        } else {
            (column, quote!(&self.#field), None)
        }
    });
    let row = implement(entity, &entity.ident, row);
    let record = implement(entity, &entity.record(), record);
    quote!(#row #record)
}

/// The bounds that let a value be bound to its column, for a backend `DB`.
pub(super) fn bounds(entity: &Target<'_>, column: &Column, backend: &TokenStream) -> TokenStream {
    let (ty, sql) = (&column.ty, entity.sql_type(column));
    quote! {
        #backend: ::diesel::sql_types::HasSqlType<#sql>,
        #ty: ::diesel::serialize::ToSql<#sql, #backend>,
    }
}

/// Pushes a value without its placeholder.
pub(super) fn push(entity: &Target<'_>, column: &Column, value: &TokenStream) -> TokenStream {
    let (ty, sql) = (&column.ty, entity.sql_type(column));
    quote!(__out.push_bind_param_value_only::<#sql, #ty>(#value))
}

fn implement<'a>(
    entity: &Target<'_>,
    name: &Ident,
    columns: impl Iterator<Item = (&'a Column, TokenStream, Option<&'static str>)>,
) -> TokenStream {
    let (mut arms, mut where_clause) = (Vec::new(), Vec::new());
    for (column, value, absent) in columns {
        let index = column.index;
        where_clause.push(bounds(entity, column, &quote!(__DB)));
        arms.push(match absent {
            None => {
                let push = push(entity, column, &value);
                quote!(#index => #push,)
            }
            Some(why) => {
                let push = push(entity, column, &quote!(__value));
                let mistake = mistake(&format!("`{}.{}` {why}", entity.ident, column.plain_name()));
                quote! {
                    #index => match #value {
                        ::core::option::Option::Some(__value) => #push,
                        ::core::option::Option::None => #mistake,
                    },
                }
            }
        });
    }
    let unknown = mistake(&format!("`{name}` has no value for this column"));
    quote! {
        #[automatically_derived]
        impl<__DB> ::moored::entity::Bind<__DB> for #name
        where
            __DB: ::diesel::backend::Backend,
            #(#where_clause)*
        {
            fn bind<'b>(
                &'b self,
                __column: usize,
                mut __out: ::diesel::query_builder::AstPass<'_, 'b, __DB>,
            ) -> ::diesel::QueryResult<()> {
                match __column {
                    #(#arms)*
                    _ => #unknown,
                }
            }
        }
    }
}
