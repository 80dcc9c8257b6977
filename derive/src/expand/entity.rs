//! `impl Entity<B>`: binding keys and loading rows, for every backend that has the columns' SQL types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::{Target, bind, mistake, relation, tuple};
use crate::inverse::OnRemove;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let (ident, table) = (&entity.ident, entity.table);
    let diesel = quote!(__B::Diesel);
    let binds = entity.columns.iter().map(|column| bind::bounds(entity, column, &diesel));
    let keys: Vec<_> = entity.keys().collect();
    let row = entity.sql_types(&entity.columns);
    let row_bounds = loading(&row, &quote!(Self));
    let key_sql = entity.sql_types(keys.iter().copied());
    let key_row = tuple(keys.iter().map(|column| &column.ty));
    let key_bounds = loading(&key_sql, &key_row);
    let (returned_bounds, load_returned) = returned(entity);
    let (cascade_bounds, cascade) = relation::cascade(entity);
    let outline = outline(entity, &row);
    let bind_key = bind_key(entity);
    let bind_value = bind_value(entity);
    let key_value = match entity.single_key() {
        Some(_) => quote!(__row.0),
        None => quote!(__row),
    };
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<__B> ::moored::entity::Entity<__B> for #ident
        where
            __B: ::moored::backend::Backend,
            #(#binds)*
            #row_bounds
            #key_bounds
            #returned_bounds
            #cascade_bounds
        {
            #cascade

            fn outline() -> ::diesel::QueryResult<::moored::schema::Outline<__B>> {
                #outline
            }

            fn bind_key<'b>(
                __key: &'b Self::Key,
                __part: usize,
                mut __out: ::diesel::query_builder::AstPass<'_, 'b, __B::Diesel>,
            ) -> ::diesel::QueryResult<()> {
                #bind_key
            }

            fn bind_value<'b>(
                __column: usize,
                __value: &'b dyn ::core::any::Any,
                mut __out: ::diesel::query_builder::AstPass<'_, 'b, __B::Diesel>,
            ) -> ::diesel::QueryResult<()> {
                #bind_value
            }

            fn push_table(
                __out: ::diesel::query_builder::AstPass<'_, '_, __B::Diesel>,
            ) -> ::diesel::QueryResult<()> {
                const __TABLE: &#table::table = &#table::table;
                ::diesel::query_builder::QueryFragment::<__B::Diesel>::walk_ast(__TABLE, __out)
            }

            fn read<'r>(
                __row: &impl ::diesel::row::Row<'r, __B::Diesel>,
            ) -> ::diesel::deserialize::Result<Self> {
                <Self as ::diesel::deserialize::FromSqlRow<#row, __B::Diesel>>::build_from_row(__row)
            }

            fn load(
                __connection: &mut __B::Connection,
                __query: &dyn ::diesel::query_builder::QueryFragment<__B::Diesel>,
                __each: &mut dyn ::core::ops::FnMut(Self) -> bool,
            ) -> ::diesel::QueryResult<()> {
                ::moored::statement::load::<__B, #row, Self>(__connection, __query, __each)
            }

            fn stream(
                __connection: &mut __B::Connection,
                __query: &dyn ::diesel::query_builder::QueryFragment<__B::Diesel>,
                __each: &mut dyn ::core::ops::FnMut(Self) -> bool,
            ) -> ::diesel::QueryResult<()> {
                ::moored::statement::stream::<__B, #row, Self>(__connection, __query, __each)
            }

            fn load_returned(
                __connection: &mut __B::Connection,
                __statement: &dyn ::diesel::query_builder::QueryFragment<__B::Diesel>,
                __each: &mut dyn ::core::ops::FnMut(Self::Returned),
            ) -> ::diesel::QueryResult<()> {
                #load_returned
            }

            fn load_keys(
                __connection: &mut __B::Connection,
                __statement: &dyn ::diesel::query_builder::QueryFragment<__B::Diesel>,
                __each: &mut dyn ::core::ops::FnMut(Self::Key),
            ) -> ::diesel::QueryResult<()> {
                ::moored::statement::load::<__B, #key_sql, #key_row>(__connection, __statement, &mut |__row| {
                    __each(#key_value);
                    true
                })
            }
        }
    }
}

/// What the entity says of its table: the types of its columns, and the tables around it.
fn outline(entity: &Target<'_>, row: &TokenStream) -> TokenStream {
    let types = entity.columns.iter().map(|column| entity.sql_type(column));
    let targets = entity.relations().map(|relation| {
        let target = relation.target;
        quote!(let __outline = __outline.to::<<#target as ::moored::entity::Model>::Table>()?;)
    });
    let left =
        entity.inverses.iter().filter(|inverse| inverse.on_remove == OnRemove::Database).map(|inverse| {
            let (holder, via) = relation::via(inverse);
            quote!(let __outline = __outline.left::<#via, <#holder as ::moored::entity::Model>::Table>()?;)
        });
    quote! {
        let __outline = ::moored::schema::Outline::<__B>::of::<Self>(
            <__B::Diesel as ::diesel::expression::QueryMetadata<#row>>::row_metadata,
            &[#(::core::any::type_name::<#types>()),*],
        )?;
        #(#targets)*
        #(#left)*
        ::core::result::Result::Ok(__outline)
    }
}

/// The bounds that let rows of the SQL type `sql` be loaded as `rust`.
fn loading(sql: &TokenStream, rust: &TokenStream) -> TokenStream {
    quote! {
        __B::Diesel: ::diesel::expression::QueryMetadata<#sql>,
        #rust: ::diesel::deserialize::FromSqlRow<#sql, __B::Diesel>,
    }
}

/// The bounds and the body of `load_returned`.
fn returned(entity: &Target<'_>) -> (TokenStream, TokenStream) {
    let columns = entity.returned();
    if columns.is_empty() {
        let message = format!("the database fills no column of `{}`", entity.ident.unraw());
        return (TokenStream::new(), mistake(&message));
    }
    let sql = entity.sql_types(columns.iter().copied());
    let rust = tuple(columns.iter().map(|column| &column.ty));
    let body = quote! {
        ::moored::statement::load::<__B, #sql, #rust>(__connection, __statement, &mut |__row| {
            __each(__row);
            true
        })
    };
    (loading(&sql, &rust), body)
}

fn bind_value(entity: &Target<'_>) -> TokenStream {
    let other = mistake(&format!("a value that is not of a column of `{}`", entity.ident.unraw()));
    let arms = entity.columns.iter().map(|column| {
        let (index, ty) = (column.index, &column.ty);
        let push = bind::push(entity, column, &quote!(__value));
        quote! {
            #index => match __value.downcast_ref::<#ty>() {
                ::core::option::Option::Some(__value) => #push,
                ::core::option::Option::None => #other,
            },
        }
    });
    quote! {
        match __column {
            #(#arms)*
            _ => #other,
        }
    }
}

fn bind_key(entity: &Target<'_>) -> TokenStream {
    let unknown = mistake(&format!("the key of `{}` has no such part", entity.ident.unraw()));
    let names: Vec<_> = (0..entity.keys().count()).map(|part| format_ident!("__part_{part}")).collect();
    let pattern = match entity.single_key() {
        Some(_) => quote!(#(#names)*),
        None => quote!((#(#names,)*)),
    };
    let arms = entity.keys().zip(&names).enumerate().map(|(part, (column, name))| {
        let push = bind::push(entity, column, &quote!(#name));
        quote!(#part => #push,)
    });
    quote! {
        let #pattern = __key;
        match __part {
            #(#arms)*
            _ => #unknown,
        }
    }
}
