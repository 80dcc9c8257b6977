//! Where a thread keeps the units of work that it entered.

use std::any::{Any, TypeId, type_name};
use std::cell::RefCell;
use std::marker::PhantomData;

use super::Context;
use crate::error::{Error, Result};
use crate::session::Core;

/// A context that this thread has entered.
struct Open {
    context: TypeId,
    /// The `Box<Core<..>>` of its backend, unless an access has it.
    core: Option<Box<dyn Any>>,
}

thread_local! {
    // Invariant: borrowed by the functions below alone, and nothing of a caller's runs meanwhile.
    static OPEN: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
}

/// Does something with what the thread has open. A thread that is ending, and has dropped that already, has nothing.
fn opened<R>(look: impl FnOnce(&mut Vec<Open>) -> R) -> Option<R> {
    OPEN.try_with(|open| look(&mut open.borrow_mut())).ok()
}

/// The place of one context on this thread.
pub(super) struct Place<C>(PhantomData<C>);

impl<C: Context> Place<C> {
    fn here<R>(look: impl FnOnce(&mut Open) -> R) -> Option<R> {
        opened(|open| open.iter_mut().find(|open| open.context == TypeId::of::<C>()).map(look)).flatten()
    }

    pub(super) fn is_open() -> bool {
        Self::here(|_| ()).is_some()
    }

    /// Whether it can be opened.
    pub(super) fn check_free() -> Result<()> {
        match opened(|open| open.iter().any(|open| open.context == TypeId::of::<C>())) {
            Some(false) => Ok(()),
            Some(true) => Err(Error::ContextEntered { context: type_name::<C>() }),
            None => Err(Error::NoContext { context: type_name::<C>() }),
        }
    }

    /// Opens it, which is free.
    pub(super) fn open(core: Box<Core<C::Backend>>) {
        let open = Open { context: TypeId::of::<C>(), core: Some(core) };
        opened(|all| all.push(open));
    }

    /// Closes it, and gives back what it was opened with.
    pub(super) fn close() -> Option<Box<Core<C::Backend>>> {
        let closed = opened(|all| {
            let at = all.iter().rposition(|open| open.context == TypeId::of::<C>())?;
            all.remove(at).core
        });
        closed.flatten().and_then(|core| core.downcast().ok())
    }

    /// Takes the unit of work for one access.
    pub(super) fn take() -> Result<Box<Core<C::Backend>>> {
        let none = || Error::NoContext { context: type_name::<C>() };
        let core = Self::here(|open| open.core.take()).ok_or_else(none)?;
        let core = core.ok_or(Error::ContextInUse { context: type_name::<C>() })?;
        core.downcast().map_err(|_| none())
    }

    /// The access is over.
    pub(super) fn put_back(core: Box<Core<C::Backend>>) {
        Self::here(|open| open.core = Some(core));
    }
}
