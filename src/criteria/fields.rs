//! Several fields of one entity.

use super::Field;
use crate::entity::Model;

/// One field of an `E`, or a tuple of them: `Author::NAME`, `(Book::TITLE, Book::COPIES)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of fields of `{E}`",
    label = "expected a field of `{E}`, or a tuple of up to twelve of them"
)]
pub trait Fields<E> {
    #[doc(hidden)]
    fn columns(self) -> Vec<usize>;
}

impl<E: Model, T> Fields<E> for Field<E, T> {
    fn columns(self) -> Vec<usize> {
        vec![self.column()]
    }
}

macro_rules! fields_of_tuple {
    ($($name:ident)+) => {
        impl<Entity: Model, $($name),+> Fields<Entity> for ($(Field<Entity, $name>,)+) {
            fn columns(self) -> Vec<usize> {
                #[expect(non_snake_case, reason = "one name for a type and its value")]
                let ($($name,)+) = self;
                vec![$($name.column()),+]
            }
        }
    };
}

fields_of_tuple!(A);
fields_of_tuple!(A B);
fields_of_tuple!(A B C);
fields_of_tuple!(A B C D);
fields_of_tuple!(A B C D E);
fields_of_tuple!(A B C D E F);
fields_of_tuple!(A B C D E F G);
fields_of_tuple!(A B C D E F G H);
fields_of_tuple!(A B C D E F G H I);
fields_of_tuple!(A B C D E F G H I J);
fields_of_tuple!(A B C D E F G H I J K);
fields_of_tuple!(A B C D E F G H I J K L);
