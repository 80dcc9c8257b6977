//! The static description of the entity.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::Target;

pub(super) fn expand(entity: &Target<'_>) -> TokenStream {
    let name = entity.ident.unraw().to_string();
    let columns = entity.columns.iter().map(|column| {
        let field = column.plain_name();
        let nullable = column.is_nullable();
        let generated = column.generated.is_some();
        let default = column.default.is_some();
        let track = column.track;
        let versioned = column.unversioned.is_none();
        let sql = entity.sql_type(column);
        let column = entity.column_of(column);
        quote! {
            ::moored::entity::ColumnMeta {
                field: #field,
                name: <#column as ::diesel::Column>::NAME,
                sql_type: ::moored::entity::not_null_type::<#sql>,
                nullable: #nullable,
                generated: #generated,
                default: #default,
                track: #track,
                versioned: #versioned,
            }
        }
    });
    let key = entity.keys().map(|column| column.index);
    let version = match entity.version() {
        Some(column) => {
            let index = column.index;
            quote!(::core::option::Option::Some(#index))
        }
        None => quote!(::core::option::Option::None),
    };
    let relations = entity.relations().map(|relation| {
        let name = relation.name.unraw().to_string();
        let columns = relation.columns.iter().map(|column| column.index);
        let nullable = relation.is_nullable();
        let one = entity.is_to_one(&relation);
        let deferred = relation.deferred;
        let target = relation.target;
        quote! {
            ::moored::entity::RelationMeta {
                name: #name,
                columns: &[#(#columns),*],
                nullable: #nullable,
                one: #one,
                deferred: #deferred,
                target: || (::core::any::TypeId::of::<#target>(), <#target as ::moored::entity::Model>::meta()),
                same_key: ::moored::entity::same_key::<#target>,
            }
        }
    });
    let uniques = entity.uniques.iter().map(|set| {
        let indices = entity.columns_of(set).into_iter().map(|column| column.index);
        let deferred = set.deferred;
        quote!(::moored::entity::UniqueMeta { columns: &[#(#indices),*], deferred: #deferred })
    });
    quote! {
        static __META: ::moored::entity::EntityMeta = ::moored::entity::EntityMeta {
            name: #name,
            columns: &[#(#columns),*],
            key: &[#(#key),*],
            version: #version,
            relations: &[#(#relations),*],
            uniques: &[#(#uniques),*],
        };
    }
}
