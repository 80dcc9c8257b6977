//! A value of a unique set, compared without knowing its type.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// One value of a unique set of columns: a tuple of column values that can be compared and hashed.
#[derive(Clone)]
pub struct UniqueKey(Arc<dyn Opaque>);

impl UniqueKey {
    /// Wraps the column values of one unique set.
    pub fn new<T: Eq + Hash + Send + Sync + 'static>(value: T) -> Self {
        Self(Arc::new(value))
    }
}

trait Opaque: Any + Send + Sync {
    fn same(&self, other: &dyn Opaque) -> bool;
    fn feed(&self, hasher: &mut dyn Hasher);
    fn as_any(&self) -> &dyn Any;
}

impl<T: Eq + Hash + Send + Sync + 'static> Opaque for T {
    fn same(&self, other: &dyn Opaque) -> bool {
        other.as_any().downcast_ref::<T>().is_some_and(|other| self == other)
    }

    fn feed(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl PartialEq for UniqueKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.same(&*other.0)
    }
}

impl Eq for UniqueKey {}

impl Hash for UniqueKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.feed(state);
    }
}

impl fmt::Debug for UniqueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UniqueKey(..)")
    }
}
