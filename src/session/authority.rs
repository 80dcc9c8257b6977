//! What the holder of a unit of work may do.

use std::marker::PhantomData;

/// Permission to change entities. `dyn Authority` is all that a service sees of it.
#[diagnostic::on_unimplemented(
    message = "this unit of work only reads",
    label = "it has no authority to change entities",
    note = "`Orm::read` opens a session without verbs that write, `Orm::session` one with all of them; code that takes any unit of work asks for them with `A: Authority`"
)]
pub trait Authority: sealed::Sealed {}

/// Permission to flush, to open transactions and scopes, and to reach the connection.
#[diagnostic::on_unimplemented(
    message = "this unit of work cannot be flushed or committed here",
    label = "it has no authority to: it was handed over to change entities, or opened to read them",
    note = "a `Session`, `Transaction` or `Scope` is flushed by who opened it; code that takes any of the three asks for it with `A: FlushAuthority`"
)]
pub trait FlushAuthority: Authority + Sized {}

/// Permission to lock rows, which a transaction has: a lock is held until it ends.
#[diagnostic::on_unimplemented(
    message = "rows are locked in a transaction only",
    label = "this unit of work is not known to be a transaction",
    note = "a lock is held until the transaction ends: open one with `session.transaction(|tx| ..)` and lock there; a service that locks takes a `&mut Transaction<'_, '_, B>`, or asks for it with `A: LockAuthority`"
)]
pub trait LockAuthority: FlushAuthority {}

/// The authority of a session.
#[derive(Debug)]
pub struct Own(pub(crate) ());

/// The authority of a transaction. `'s: 't` follows from the type, so outer handles can be used inside.
#[derive(Debug)]
pub struct InTransaction<'t, 's: 't>(pub(crate) PhantomData<&'t &'s ()>);

/// The authority of a scope. `'s: 't` follows from the type, so outer handles can be used inside.
#[derive(Debug)]
pub struct InScope<'t, 's: 't>(pub(crate) PhantomData<&'t &'s ()>);

/// The authority of code that is called when a session writes: it changes entities, and nothing is flushed by it.
#[derive(Debug)]
pub struct InEvent(pub(crate) ());

/// The authority of code that reaches a unit of work by its context: that of a service.
#[derive(Debug)]
pub(crate) struct InContext(pub(crate) ());

/// No authority: a session that only reads.
#[derive(Debug)]
pub struct Reading(pub(crate) ());

#[diagnostic::do_not_recommend]
impl Authority for Own {}
#[diagnostic::do_not_recommend]
impl Authority for InTransaction<'_, '_> {}
#[diagnostic::do_not_recommend]
impl Authority for InEvent {}
#[diagnostic::do_not_recommend]
impl Authority for InContext {}
#[diagnostic::do_not_recommend]
impl Authority for InScope<'_, '_> {}

#[diagnostic::do_not_recommend]
impl FlushAuthority for Own {}
#[diagnostic::do_not_recommend]
impl FlushAuthority for InTransaction<'_, '_> {}
#[diagnostic::do_not_recommend]
impl FlushAuthority for InScope<'_, '_> {}

#[diagnostic::do_not_recommend]
impl LockAuthority for InTransaction<'_, '_> {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Own {}
    impl Sealed for super::InEvent {}
    impl Sealed for super::InContext {}
    impl Sealed for super::InTransaction<'_, '_> {}
    impl Sealed for super::InScope<'_, '_> {}
}
