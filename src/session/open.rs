//! Which transactions this thread has open, by the pool that they are on.
//!
//! A session is one thread's, so its transactions begin and end on the thread that is asked.

use std::cell::RefCell;
use std::sync::Arc;

use crate::backend::Backend;
use crate::connections::Connections;

/// The address of what the sessions of an `Orm` share. Invariant: a transaction keeps it alive, so that it is no other's.
type Pool = usize;

thread_local! {
    static OPEN: RefCell<Vec<Pool>> = const { RefCell::new(Vec::new()) };
}

fn pool<B: Backend>(connections: &Arc<Connections<B>>) -> Pool {
    Arc::as_ptr(connections).addr()
}

/// Whether this thread has a transaction open that a session on these connections began.
pub(crate) fn is_open_here<B: Backend>(connections: &Arc<Connections<B>>) -> bool {
    OPEN.try_with(|open| open.borrow().contains(&pool(connections))).unwrap_or(false)
}

/// A transaction of this thread that is open as long as this lives. Invariant: only a `Core` has one, which is not `Send`.
pub(super) struct OpenHere {
    pool: Pool,
}

impl OpenHere {
    pub(super) fn note<B: Backend>(connections: &Arc<Connections<B>>) -> Self {
        let pool = pool(connections);
        // A thread that is ending notes nothing any more, and finds nothing.
        let _ = OPEN.try_with(|open| open.borrow_mut().push(pool));
        Self { pool }
    }
}

impl Drop for OpenHere {
    fn drop(&mut self) {
        let _ = OPEN.try_with(|open| {
            let mut open = open.borrow_mut();
            if let Some(at) = open.iter().rposition(|&pool| pool == self.pool) {
                open.swap_remove(at);
            }
        });
    }
}
