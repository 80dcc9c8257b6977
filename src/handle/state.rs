//! The states that a handle can be in.

/// A state of a handle's type: [`New`], [`Managed`], [`Removed`] or [`Reference`].
pub trait State: sealed::Sealed + 'static {
    /// The state's name, for `Debug`.
    const NAME: &'static str;
}

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl State for $name {
            const NAME: &'static str = stringify!($name);
        }
    )*};
}

states! {
    /// A draft that `persist` accepted. Its row is not written, so it has no generated key or column to read.
    New,
    /// A row of the session: it can be read and edited, and a flush writes what changed.
    Managed,
    /// A row whose deletion is scheduled. It stays readable, also after the flush that deleted it.
    Removed,
    /// A row known by its key alone, without SQL: it can be linked to, removed, and loaded.
    Reference,
}

/// A state with a row to work on: [`Managed`].
#[diagnostic::on_unimplemented(
    message = "an entity that is `{Self}` has no row to edit, compute, refresh or lock",
    label = "expected a `Managed` handle",
    note = "`restore` brings a `Removed` row back; `edit_draft` edits a `New` one before its row is written, `promote` gives the row afterwards; `load` reads a `Reference`"
)]
pub trait Live: State {}

impl Live for Managed {}

mod sealed {
    pub trait Sealed {}
}
