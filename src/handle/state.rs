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

mod sealed {
    pub trait Sealed {}
}
