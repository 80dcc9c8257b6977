//! What the holder of a unit of work may do.

use std::marker::PhantomData;

/// Permission to change entities. `dyn Authority` is all that a service sees of it.
pub trait Authority: sealed::Sealed {}

/// Permission to flush, to open transactions and scopes, and to reach the connection.
pub trait FlushAuthority: Authority + Sized {}

/// The authority of a session.
#[derive(Debug)]
pub struct Own(pub(crate) ());

/// The authority of a transaction. `'s: 't` follows from the type, so outer handles can be used inside.
#[derive(Debug)]
pub struct InTransaction<'t, 's: 't>(pub(crate) PhantomData<&'t &'s ()>);

/// The authority of a scope. `'s: 't` follows from the type, so outer handles can be used inside.
#[derive(Debug)]
pub struct InScope<'t, 's: 't>(pub(crate) PhantomData<&'t &'s ()>);

/// No authority: a session that only reads.
#[derive(Debug)]
pub struct Reading(pub(crate) ());

impl Authority for Own {}
impl Authority for InTransaction<'_, '_> {}
impl Authority for InScope<'_, '_> {}

impl FlushAuthority for Own {}
impl FlushAuthority for InTransaction<'_, '_> {}
impl FlushAuthority for InScope<'_, '_> {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Own {}
    impl Sealed for super::InTransaction<'_, '_> {}
    impl Sealed for super::InScope<'_, '_> {}
}
